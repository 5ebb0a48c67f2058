namespace W2S.Tests;

/// <summary>Tests that set or rely on what the whole process shares: torch's seed, the number of threads, the heap.
/// They run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessWide
{
    public const string Name = "process-wide";
}
