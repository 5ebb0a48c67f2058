using System.Diagnostics;
using W2S.Runs;
using W2S.Tests.Data;

namespace W2S.Tests.Sweeps;

/// <summary>The processes of <c>./w2s sweep</c>, started as the entry script starts them, on a store of their
/// own.</summary>
/// <param name="plan">One of the plans beside this file.</param>
internal sealed class SweepProcess(string plan) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static string Program { get; } =
        Path.Combine(TestPaths.Repository, "lib", "W2S.Kernel", "bin", "W2S.Kernel.dll");

    public string Plan { get; } =
        Path.Combine(TestPaths.Repository, "tests", "W2S.Tests", "Sweeps", $"{plan}.csx");

    public string Runs => folder.At("runs");

    public string Log => folder.At("log");

    public RunStore Store => new(Runs);

    /// <summary>What the plan and the processes are told.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>What runs noted, in the order in which they did.</summary>
    public (string Run, int Process, DateTime At, string What)[] Notes =>
    [
        .. Directory.GetFiles(Path.GetDirectoryName(Log)!, $"{Path.GetFileName(Log)}.*.note")
            .Select(File.ReadAllText).Where(note => note.EndsWith('\n')).Select(note => note.TrimEnd().Split(' '))
            .Select(words => (words[0], int.Parse(words[1]), new DateTime(long.Parse(words[2]), DateTimeKind.Utc),
                words[3]))
            .OrderBy(note => note.Item3),
    ];

    public void Dispose() => folder.Dispose();

    public string At(string name) => folder.At(name);

    public ProcessStartInfo Command(params string[] words)
    {
        var notebooks = Path.Combine(TestPaths.Repository, "notebooks");
        string[] started = words[0] is "status" or "retry" or "collect"
            ? [Path.Combine(TestPaths.Repository, "lib", "W2S.Charts", "bin", "W2S.Sweeps.dll")]
            : [Program, "script", Path.Combine(notebooks, "library.csx"), Plan,
                Path.Combine(notebooks, "sweep", "sweep.csx"), "--"];
        var start = new ProcessStartInfo(System.Environment.ProcessPath!, [.. started, Plan, .. words])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        start.Environment[RunStore.Variable] = Runs;
        start.Environment["W2S_TEST_LOG"] = Log;
        start.Environment.Remove("OMP_NUM_THREADS");
        return start;
    }

    /// <summary>Runs a verb to its end.</summary>
    /// <returns>The exit code, and all that was said.</returns>
    public (int Code, string Said) Run(params string[] words)
    {
        using var process = Process.Start(Command(words))!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = process.StandardOutput.ReadToEnd() + errors.Result;
        process.WaitForExit();
        return (process.ExitCode, said);
    }
}
