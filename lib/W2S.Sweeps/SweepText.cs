using W2S.Runs;

namespace W2S.Sweeps;

/// <summary>What is said of a sweep and its runs.</summary>
internal static class SweepText
{
    public static string Of(double seconds) => seconds switch
    {
        < 100 => $"{seconds:F0} s",
        < 6000 => $"{seconds / 60:F0} min",
        _ => $"{seconds / 3600:F1} h",
    };

    public static string Of(RunState state) => state switch
    {
        RunState.UnderWay => "under way",
        _ => state.ToString().ToLowerInvariant(),
    };

    public static string Expected(SweepRun run) => run.Expected is { } seconds ? $"~{Of(seconds)}" : "?";

    /// <summary>How many runs stand where, in one line.</summary>
    public static string Summary(Sweep sweep)
    {
        var states = Enum.GetValues<RunState>().OrderByDescending(state => state == RunState.Finished)
            .Select(state => (State: state, Count: sweep.Runs.Count(run => run.State == state)))
            .Where(group => group.Count > 0).Select(group => $"{group.Count} {Of(group.State)}");
        var open = sweep.Runs.Where(run => run.State != RunState.Finished).ToArray();
        var left = open.Sum(run => Math.Max(0, (run.Expected ?? 0) - run.Seconds));
        return $"{sweep.Name}: {sweep.Runs.Count} runs, {string.Join(", ", states)}"
            + (open.Length > 0 && left > 0 ? $"; about {Of(left)} of work left" : "");
    }

    /// <summary>The runs that are under way or failed, a line each, and the summary.</summary>
    public static IEnumerable<string> Lines(Sweep sweep)
    {
        foreach (var run in sweep.Runs.Where(run => run.State == RunState.UnderWay))
            yield return $"  {run.Hash}  {run}: {Of(run.Seconds)} of {Expected(run)}, {run.Holder}";
        foreach (var run in sweep.Runs.Where(run => run.State == RunState.Failed))
            yield return $"  {run.Hash}  {run} failed ({run.Failure!.Count}×): {run.Failure.Message}";
        yield return Summary(sweep);
    }
}
