using System.Diagnostics;
using System.Security.Cryptography;
using W2S.Runs;
using W2S.Tests.Runs;
using W2S.Tests.Training;

namespace W2S.Tests.Sweeps;

/// <summary><c>./w2s sweep</c> in real processes, which are killed, stopped and robbed of their file locks.</summary>
public sealed class SweepTests
{
    private static readonly int Kills = LongProofs.Rounds(3, 50);

    // What one worker makes of them that nobody disturbs.
    private static readonly Lazy<string[]> Undisturbed = new(() =>
    {
        using var sweep = Trainings(Kills + 4);
        Assert.Equal(0, sweep.Run("work", "--workers", "1").Code);
        return Bits(sweep.Store);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void FourProcessesMakeEachRunOnce(bool withoutLocks)
    {
        using var sweep = new SweepProcess("sleeps");
        var count = LongProofs.Rounds(12, 40);
        (sweep.Environment["SLEEPS"], sweep.Environment["LENGTH"]) = ($"{count}", "1000");
        if (withoutLocks) sweep.Environment["LD_PRELOAD"] = NoLocks(sweep.At("nolocks.so"));

        var (code, said) = sweep.Run("work", "--workers", "4");

        Assert.True(code == 0, said);
        var notes = sweep.Notes;
        Assert.Equal(count, notes.Count(note => note.What == "start"));
        Assert.Equal(count, notes.Select(note => note.Run).Distinct().Count());
        Assert.True(notes.Select(note => note.Process).Distinct().Count() > 1, said);
        Assert.Equal(Enumerable.Range(0, count).Select(n => (double)n),
            sweep.Store.All().Select(run => run["number"]).Order());
        var (wall, bound) = ((notes[^1].At - notes[0].At).TotalSeconds, count / 4.0);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{wall:F1} s for {bound:F1} s of sleep in each of 4 processes");
        Assert.True(!LongProofs.Wanted || wall <= 1.15 * bound, $"{wall:F1} s for {bound:F1}");
    }

    [Fact]
    public void AFailureIsListedAskedForAgainAndCollected()
    {
        using var sweep = new SweepProcess("sleeps");
        (sweep.Environment["SLEEPS"], sweep.Environment["LENGTH"], sweep.Environment["FAILS"]) = ("7", "10", "1");

        var (listed, list) = sweep.Run("list");
        Assert.Equal((0, 0), (listed, sweep.Notes.Length)); // starts nothing
        Assert.Contains("sleeps: 7 runs, 1 waiting, 6 ready", list);
        var (worked, work) = sweep.Run("work", "--workers", "1");
        Assert.True(worked == 1, work);
        Assert.Contains("sleep 3, 0.01 s, seed 0 (sleeps ", work);
        Assert.Contains("failed: no good: 3", work);
        Assert.Contains("sleeps: 7 runs, 5 finished, 1 failed, 1 blocked", work);
        var failed = Sweep.Read("sleeps", sweep.Store).Runs.Single(run => run.State == RunState.Failed);
        var (one, status) = sweep.Run("status", failed.Hash[..6]);
        Assert.Equal(0, one);
        Assert.Contains("InvalidOperationException: no good: 3", status);
        Assert.Equal((2, "w2s: 'none' is not the beginning of one hash of sleeps; see: list\n"),
            sweep.Run("retry", "none"));

        File.WriteAllText($"{sweep.Log}.mended", "");
        Assert.Contains("1 failed run asked for again", sweep.Run("retry").Said);
        Assert.Equal(0, sweep.Run("work", "--workers", "1").Code);
        Assert.Equal(8, sweep.Notes.Count(note => note.What == "start"));

        Assert.Contains("7 of 7 runs", sweep.Run("collect", sweep.At("sleeps.json")).Said);
        Assert.Equal(sweep.Store.All().Select(run => run.Hash).Order(),
            RunFile.Read(sweep.At("sleeps.json")).Select(run => run.Hash).Order());
    }

    [Fact]
    public void StatusReadsTheStoreAloneAndAtOnce()
    {
        using var sweep = new SweepProcess("toys"); // a plan that there is no file of
        var runs = Enumerable.Range(0, LongProofs.Rounds(10, 1000)).Select(n => new ToyExperiment("status", n))
            .ToArray();
        Grid.Run(runs[1..], sweep.Store);
        Sweep.Keep("toys", runs, sweep.Store);
        var walls = Enumerable.Range(0, LongProofs.Rounds(1, 5)).Select(_ =>
        {
            var began = Stopwatch.GetTimestamp();
            var (code, said) = sweep.Run("status");
            Assert.Equal(3, code);
            Assert.StartsWith($"toys: {runs.Length} runs, {runs.Length - 1} finished, 1 ready", said);
            return Stopwatch.GetElapsedTime(began).TotalSeconds;
        }).Order().ToArray();

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{walls[walls.Length / 2]:F2} s, the median of {walls.Length}");
        Assert.True(!LongProofs.Wanted || walls[walls.Length / 2] < 1, string.Join(", ", walls));
    }

    [Fact]
    public void EveryPlanLeavesItsRunsAndThoseOfPagesAreCommitted()
    {
        var notebooks = Path.Combine(TestPaths.Repository, "notebooks");
        using var folder = new Data.TemporaryFolder();
        var count = folder.At("count.csx");
        File.WriteAllText(count,
            "var all = Grid.Order(runs); "
            + "Console.WriteLine($\"{all.Count} {all.Count(run => RunStore.Default.Find(run) is not null)}\");");
        var plans = Directory.GetFiles(Path.Combine(notebooks, "plans"), "*.csx").Order().ToArray();
        var start = new ProcessStartInfo(Environment.ProcessPath!,
            [SweepProcess.Program, "script", Path.Combine(notebooks, "library.csx"),
                .. plans.SelectMany(plan => new[] { plan, count })])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = notebooks,
        };
        start.Environment[RunStore.Variable] = folder.Path;
        using var process = Process.Start(start)!;
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();

        Assert.Equal((0, plans.Length), (process.ExitCode, lines.Length));
        foreach (var (plan, line) in plans.Zip(lines))
        {
            var numbers = line.Split(' ').Select(int.Parse).ToArray();
            Assert.True(numbers[0] > 0, plan);
            var page = Path.GetFileNameWithoutExtension(plan) is "01-knowledge-distillation" or "02-few-shot"
                or "02-trained" or "03-transfer" or "03-trained";
            Assert.True(!page || numbers[1] == numbers[0], $"{plan}: {line}");
        }
    }

    [Fact]
    public void KilledWorkersCostAStartEachAndNoBit()
    {
        using var sweep = Trainings(Kills + 4);
        var random = new Random(7);
        Worker[] workers = [new(sweep), new(sweep)];
        var starts = 0;
        for (var killed = 0; killed < Kills; killed++)
        {
            var victim = random.Next(workers.Length);
            Assert.True(workers[victim].HasBegun.Wait(TimeSpan.FromMinutes(3)), "a worker has found nothing to begin");
            // One of five comes at any moment; five in a row that leave a run no further would count as its failure.
            if (killed % 5 > 0) workers[victim].ComesFurther(sweep);
            Thread.Sleep(random.Next(1000));
            starts += workers[victim].End(kill: true); // SIGKILL
            workers[victim] = new Worker(sweep);
        }
        starts += workers.Sum(worker => worker.End(kill: false));

        SameBits(Kills + 4, sweep);
        Assert.InRange(starts, Kills + 4, Kills + 4 + Kills);
    }

    [Fact]
    public void StoppedItLeavesACheckpointAndTheNextGoesOn()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no SIGTERM");
        using var sweep = Trainings(1, epochs: 60);
        using (var process = Process.Start(sweep.Command("work", "--workers", "1"))!)
        {
            Assert.Contains("begins", process.StandardOutput.ReadLine());
            SpinWait.SpinUntil(() => Checkpoints(sweep).Length > 0, TimeSpan.FromSeconds(60));
            Process.Start("kill", ["-TERM", $"{process.Id}"]).WaitForExit();
            Assert.True(process.WaitForExit(60_000));
            var said = process.StandardOutput.ReadToEnd();
            Assert.True(process.ExitCode == 3, said);
            Assert.Contains("goes on from its checkpoint", said);
        }
        Assert.Equal(RunState.Ready, Sweep.Read("trainings", sweep.Store).Runs.Single().State);
        Assert.NotEmpty(Checkpoints(sweep));
        Assert.Equal(0, sweep.Run("work", "--workers", "1").Code);
    }

    internal static SweepProcess Trainings(int count, int epochs = 12)
    {
        var sweep = new SweepProcess("trainings");
        (sweep.Environment["TRAININGS"], sweep.Environment["EPOCHS"]) = ($"{count}", $"{epochs}");
        return sweep;
    }

    /// <summary>Checks that a sweep made the first so many trainings, with the bits of an undisturbed one.</summary>
    internal static void SameBits(int count, SweepProcess sweep)
    {
        Assert.Equal(count, sweep.Store.All().Count);
        Assert.Subset(Undisturbed.Value.ToHashSet(), Bits(sweep.Store).ToHashSet());
    }

    // One worker and the runs that it begins.
    private sealed class Worker
    {
        private readonly Process process;
        private volatile string begins = "";
        private int begun;

        public Worker(SweepProcess sweep)
        {
            process = Process.Start(sweep.Command("work", "--workers", "1"))!;
            process.OutputDataReceived += (_, line) =>
            {
                if (line.Data?.EndsWith(" begins", StringComparison.Ordinal) != true) return;
                begins = line.Data;
                begun++;
                HasBegun.Set();
            };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        public ManualResetEventSlim HasBegun { get; } = new();

        /// <summary>Waits until the run that it makes has another checkpoint, or has ended.</summary>
        public void ComesFurther(SweepProcess sweep)
        {
            var before = Own();
            Assert.True(SpinWait.SpinUntil(() => process.HasExited || Own() != before, TimeSpan.FromMinutes(3)),
                $"no checkpoint in three minutes: {before}");

            string Own()
            {
                var line = begins;
                return line + string.Join(' ', Checkpoints(sweep).Where(path => line.Contains(
                    Path.GetRelativePath(sweep.Runs, path).Split(Path.DirectorySeparatorChar)[1].Split('.')[0],
                    StringComparison.Ordinal)).Order(StringComparer.Ordinal));
            }
        }

        /// <returns>How many runs it began.</returns>
        public int End(bool kill)
        {
            Assert.False(kill && process.HasExited, "the sweep ended before all kills; it has become too short");
            if (kill) process.Kill();
            process.WaitForExit();
            process.Dispose();
            return begun;
        }
    }

    private static string[] Checkpoints(SweepProcess sweep) => !Directory.Exists(sweep.Runs) ? []
        : Directory.GetDirectories(sweep.Runs, "step-*", SearchOption.AllDirectories);

    internal static string[] Bits(RunStore store) => [.. store.All().OrderBy(run => run.Hash)
        .Select(run => $"{run.Hash} {run["best"]:R} {run.Files["weights.safetensors"]} "
            + Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(run.File("weights.safetensors")))))];

    // flock that fails, as on a file system without it.
    private static string NoLocks(string library)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "libraries are preloaded on Linux");
        const string code = "#include <errno.h>\nint flock(int file, int operation) { errno = ENOSYS; return -1; }\n";
        try
        {
            string[] options = ["-shared", "-fPIC", "-x", "c", "-o", library, "-"];
            using var compiler = Process.Start(
                new ProcessStartInfo("cc", options) { RedirectStandardInput = true })!;
            compiler.StandardInput.Write(code);
            compiler.StandardInput.Close();
            compiler.WaitForExit();
            Assert.Equal(0, compiler.ExitCode);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("there is no C compiler, cc");
        }
        return library;
    }
}
