using W2S.Runs;

namespace W2S.Tests.Sweeps;

/// <summary>Sweeps that Slurm runs, stops, preempts and loses nodes of: every run ends, with the bits of an undisturbed
/// one. Its accounting is off.</summary>
public sealed class SlurmTests
{
    [Fact]
    public void ACancelledTaskAndALostNodeCostNoBit()
    {
        using var sweep = SweepTests.Trainings(6);
        using var slurm = new PrivateSlurm(nodes: 2);
        Submit(slurm, sweep, "--nodes", "2", "--tasks", "4", "--time", "30");

        PrivateSlurm.Wait(() => UnderWay(sweep) == 2, "two tasks should be at work");
        slurm.Run("scancel", slurm.Jobs("RUNNING")[0]);
        PrivateSlurm.Wait(() => slurm.Jobs("RUNNING").Length == 2 && UnderWay(sweep) == 2, "a third task should begin");
        slurm.Lose(node: 2);

        Finish(slurm, sweep);
        SweepTests.SameBits(6, sweep);
    }

    [Fact]
    public void ATimeLimitShorterThanARunAndPreemptionCostNoBit()
    {
        LongProofs.SkipUnlessWanted("jobs that end by Slurm's limits, which are minutes");
        using var undisturbed = SweepTests.Trainings(2, epochs: 250);
        using var sweep = SweepTests.Trainings(2, epochs: 250);
        using var slurm = new PrivateSlurm(nodes: 2);
        Submit(slurm, sweep, "--nodes", "2", "--tasks", "60", "--time", "1", "--", "--signal=B:TERM@20");

        PrivateSlurm.Wait(() => UnderWay(sweep) == 2, "two tasks should be at work");
        slurm.Run("sbatch", "--partition=first", "--time=2", "--output=/dev/null", "--wrap=sleep 20");

        Finish(slurm, sweep);
        Assert.Equal(0, undisturbed.Run("work", "--workers", "2").Code);
        Assert.Equal(SweepTests.Bits(undisturbed.Store), SweepTests.Bits(sweep.Store));
        var starts = Logs(sweep).SelectMany(File.ReadAllLines)
            .Count(line => line.EndsWith(" begins", StringComparison.Ordinal));
        Assert.True(starts > 2, "no run was longer than its job");
    }

    // Five pairs, three seeds, a teacher and seven students each, of the lengths that such runs have, a minute scaled
    // to two seconds: sixteen processes that start on few cores wait for each other, as sixteen machines would not.
    [Fact]
    public void SixteenNodesComeWithinFivePercentOfTheBound()
    {
        LongProofs.SkipUnlessWanted("sixteen nodes at work for some minutes");
        using var sweep = new SweepProcess("lengths");
        sweep.Environment["MINUTE"] = "2000";
        using var slurm = new PrivateSlurm(nodes: 16);
        Submit(slurm, sweep, "--nodes", "16", "--tasks", "16", "--time", "60");

        Finish(slurm, sweep);
        var notes = sweep.Notes;
        var lengths = sweep.Store.All().Sum(run => run["length"]);
        var chain = sweep.Store.All().Max(run => run["chain"]);
        var bound = Math.Max(lengths / 16, chain);
        var wall = (notes[^1].At - notes[0].At).TotalSeconds;
        TestContext.Current.TestOutputHelper?.WriteLine($"{wall:F1} s, bound {bound:F1} s: {bound / wall:P1}");
        Assert.Equal(120, notes.Count(note => note.What == "start"));
        Assert.True(bound / wall >= .95, $"{wall:F1} s, bound {bound:F1} s");
    }

    // Slurm is started after the sweep's folder is made, so that it is gone before that folder is.
    private static void Submit(PrivateSlurm slurm, SweepProcess sweep, params string[] options)
    {
        sweep.Environment["SLURM_CONF"] = slurm.Configured;
        var (code, said) = sweep.Run(["submit", .. options]);
        Assert.True(code == 0, said);
        Assert.StartsWith("job ", said);
        // What plans import, too.
        var copy = Directory.GetDirectories(Path.Combine(sweep.Runs, "sweeps"))
            .First(folder => Directory.Exists(Path.Combine(folder, "notebooks")));
        foreach (var script in Directory.GetFiles(Path.Combine(TestPaths.Repository, "notebooks"), "*.csx"))
            Assert.True(File.Exists(Path.Combine(copy, "notebooks", Path.GetFileName(script))), script);
    }

    private static string[] Logs(SweepProcess sweep) =>
        Directory.GetFiles(Path.Combine(sweep.Runs, "sweeps", $"{Path.GetFileNameWithoutExtension(sweep.Plan)}.logs"));

    private static IReadOnlyList<SweepRun> Look(SweepProcess sweep) =>
        Sweep.Read(Path.GetFileNameWithoutExtension(sweep.Plan), sweep.Store).Runs;

    private static int Count(SweepProcess sweep, RunState state) => Look(sweep).Count(run => run.State == state);

    private static int UnderWay(SweepProcess sweep) => Count(sweep, RunState.UnderWay);

    // Where nothing ends, Slurm's jobs do, and each that begins writes a log.
    private static void Finish(PrivateSlurm slurm, SweepProcess sweep)
    {
        for (var state = (-1, 0); Count(sweep, RunState.Finished) < Look(sweep).Count && slurm.Jobs().Length > 0;)
        {
            PrivateSlurm.Wait(() => State() != state || slurm.Jobs().Length == 0, "no run and no job ends any more");
            state = State();
        }
        Assert.All(Look(sweep), run => Assert.Equal(RunState.Finished, run.State));

        (int, int) State() => (Count(sweep, RunState.Finished), Logs(sweep).Length);
    }
}
