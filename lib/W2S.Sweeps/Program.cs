namespace W2S.Sweeps;

/// <summary><c>PLAN status | retry | collect …</c>: the verbs that look at the store alone, without the plan's
/// runs.</summary>
internal static class Program
{
    private static Task<int> Main(string[] words) => SweepCommand.RunAsync(words, runs: null, CancellationToken.None);
}
