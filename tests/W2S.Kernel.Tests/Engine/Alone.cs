namespace W2S.Kernel.Tests.Engine;

/// <summary>Tests that look at what belongs to the whole process: no other test runs beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
