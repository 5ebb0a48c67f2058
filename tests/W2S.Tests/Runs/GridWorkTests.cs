using W2S.Runs;
using W2S.Tests.Data;

namespace W2S.Tests.Runs;

/// <summary>Runs that several workers share, fail, lose and take over.</summary>
public sealed class GridWorkTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private RunStore Store => new(folder.Path);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void WorkersShareTheRunsAndMakeEachOnce()
    {
        Stepped[] runs = [.. Enumerable.Range(0, 24).Select(i => new Stepped($"shared {i}"))];

        var left = new int[4];
        Parallel.For(0, left.Length, i => left[i] = Grid.Work(runs, Store, token: Token));

        Assert.All(left, count => Assert.Equal(0, count));
        Assert.All(runs, run => Assert.Equal(1, Stepped.Starts(run.Method)));
        Assert.Equal(24, Store.All().Count);
        Assert.Equal(24, Directory.GetDirectories(Path.Combine(folder.Path, "stepped")).Length); // nothing is left over
    }

    [Fact]
    public void AFailureStopsNoOtherRunAndStaysUntilAskedFor()
    {
        Stepped bad = new("bad") { Do = "fail" }, after = new("after bad") { Before = bad };
        Stepped[] runs = [bad, after, new("good 1"), new("good 2")];
        List<string> heard = [];

        Assert.Equal(2, Grid.Work(runs, Store, new SynchronousProgress<GridProgress>(value =>
        {
            if (value.Failure is { } why) heard.Add($"{value.Current!.Name}: {why.Message}");
        }), Token));
        Assert.Equal(2, Grid.Work(runs, Store, token: Token));

        Assert.Equal((1, 0), (Stepped.Starts("bad"), Stepped.Starts("after bad")));
        Assert.Equal(["bad: no good at 0"], heard);
        var sweep = Sweep.Keep("plan", runs, Store);
        Assert.Equal([RunState.Failed, RunState.Blocked, RunState.Finished, RunState.Finished],
            sweep.Runs.Select(run => run.State));
        var failure = sweep.Runs[0].Failure!;
        Assert.Equal(("no good at 0", 1, Environment.MachineName),
            (failure.Message, failure.Count, failure.Machine));
        Assert.Contains("InvalidOperationException", failure.Details);

        Assert.Equal(1, sweep.Retry(sweep.Runs));
        Assert.Equal([RunState.Ready, RunState.Waiting],
            Sweep.Read("plan", Store).Runs.Take(2).Select(run => run.State));
        Assert.Equal(2, Grid.Work(runs, Store, token: Token));
        Assert.Equal((2, 1), (Sweep.Read("plan", Store).Runs[0].Failure!.Count, Stepped.Starts("good 1")));
    }

    [Fact]
    public void AGridThrowsAFailureAndTriesAgainWhenCalledAgain()
    {
        Stepped bad = new("bad in a grid") { Do = "fail" };

        Assert.Throws<InvalidOperationException>(() => Grid.Run([bad], Store, token: Token));
        Assert.Throws<InvalidOperationException>(() => Grid.Run([bad], Store, token: Token));

        Assert.Equal(2, Stepped.Starts("bad in a grid"));
    }

    [Fact]
    public async Task AGridGoesOnWithWhatAnotherLeavesAndTakesItsResult()
    {
        Stepped first = new("first of two"), second = new("second of two");
        var claim = Store.TryTake(first, files: false)!;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var grid = Task.Run(() => Grid.Run([first, second], Store, token: stop.Token), Token);

        SpinWait.SpinUntil(() => Store.Find(second) is not null, TimeSpan.FromSeconds(30));
        Assert.Equal(0, Stepped.Starts("first of two"));
        Store.Make(first, claim, files: false, null, Token); // as another process would

        Assert.Equal(["first of two", "second of two"], (await grid).Select(run => run.Name));
        Assert.Equal(1, Stepped.Starts("first of two"));
    }

    [Fact]
    public void TheLongestChainIsTakenFirst()
    {
        Stepped a = new("a", 5), b = new("b", 5) { Before = a }, c = new("c", 5) { Before = b }, d = new("d");
        List<string> begun = [];

        Grid.Work([d, c], Store, new SynchronousProgress<GridProgress>(value =>
        {
            if (value is { Current: { } run, Training: null }) begun.Add(run.Name);
        }), Token);

        Assert.Equal(["a", "b", "d", "c"], begun); // by what depends on it, as no time is known
        var lengths = new RunLengths([Took("k", "d", 100), Took("k", "d", 200), Took("k", "a", 1)]);
        Assert.Equal((150, 1, 301 / 3.0, 301 / 3.0), (lengths.Of(Took("k", "d")), lengths.Of(Took("k", "a")),
            lengths.Of(Took("k", "other")), lengths.Of(Took("other", "d"))));
        SweepRun[] two = [SweepRun.Of(a), SweepRun.Of(d)];
        var measured = new RunLengths([two[0].FinishedAfter(1), two[1].FinishedAfter(100)]);
        Assert.Equal([d.Hash, a.Hash], measured.LongestChainFirst(two));

        static SweepRun Took(string kind, string name, double seconds = 0) =>
            new SweepRun(name, kind, name, "s", 0, [], NeedsFiles: false).FinishedAfter(seconds);
    }

    [Fact]
    public void WhatTakesLongGoesFirstAsSoonAsItIsKnownTo()
    {
        Stepped Of(string data, int seed, int steps) => new($"{data} {seed}", steps) { Data = data, Seed = seed };
        List<string> begun = [];

        Grid.Work([Of("small", 1, 1), Of("large", 2, 20), Of("small", 3, 1), Of("large", 4, 20)], Store,
            new SynchronousProgress<GridProgress>(value =>
            {
                if (value is { Current: { } run, Training: null }) begun.Add(run.Name);
            }), Token);

        Assert.Equal(["small 1", "large 2", "large 4", "small 3"], begun); // after the second both are known
    }

    [Fact]
    public async Task AnOvertakenHolderStopsAndTheSuccessorsResultStands()
    {
        Stepped run = new("slow to notice", 40);
        var place = Path.Combine(folder.Path, "stepped", $"{run.Hash}.unfinished");
        var claim = Store.TryTake(run, files: false)!;
        var late = Task.Run(() => Store.Make(run, claim, files: false, null, Token), Token);
        SpinWait.SpinUntil(() => File.Exists(Path.Combine(place, "work.1", "step")), TimeSpan.FromSeconds(30));

        // What a process does that takes the first for dead: claim, then the work.
        File.WriteAllText(ClaimState.PathOf(place, 2),
            new ClaimHolder("other", 1, "other", DateTime.UtcNow, "", 1).ToJson() + "\n");
        Directory.Move(Path.Combine(place, "work.1"), Path.Combine(place, "work.2"));

        Assert.Null(await late);
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "stepped", run.Hash)));
        Assert.Null(Store.Failure(run));
        Assert.True(File.Exists(Path.Combine(place, "work.2", "step"))); // nothing was cleaned up
    }

    [Fact]
    public void OfTwoThatFinishTheSameRunTheFirstResultStays()
    {
        Stepped run = new("twice");
        var one = Store.TryTake(run, files: false)!;
        Assert.NotNull(Store.Make(run, one, files: false, null, Token));
        var ended = Store.Find(run)!.Ended;

        // One that did not see the first's claim and result, as on a file system that keeps no promise.
        var other = Claim.TryTake(Path.Combine(folder.Path, "stepped", $"{run.Hash}.unfinished"))!;

        Assert.Equal(ended, Store.Make(run, other, files: false, null, Token)!.Ended);
        Assert.Equal(2, Stepped.Starts("twice"));
    }

    [Fact]
    public void ARunThatKeepsEndingItsProcessFails()
    {
        Stepped run = new("fatal");
        var place = Directory.CreateDirectory(Path.Combine(folder.Path, "stepped", $"{run.Hash}.unfinished")).FullName;
        File.WriteAllText(ClaimState.PathOf(place, 5),
            new ClaimHolder("other", 1, "other", DateTime.UtcNow, "", 4).ToJson() + "\n");
        File.SetLastWriteTimeUtc(ClaimState.PathOf(place, 5), DateTime.UtcNow.AddHours(-1));

        Assert.Equal(1, Grid.Work([run], Store, token: Token));

        Assert.StartsWith("5 processes in a row ended while they made this run", Store.Failure(run)!.Message);
        Assert.Equal(0, Stepped.Starts("fatal"));
        Assert.Equal("fatal", Store.Get(run, token: Token).Name); // asked for, it is tried again
    }

    [Fact]
    public void WhatIsCollectedGoesOnElsewhere()
    {
        Stepped teacher = new("collected teacher") { Keeps = true }, bad = new("collected bad") { Do = "fail" };
        Stepped[] runs = [new("collected") { Before = teacher }, bad, new("left") { Before = teacher, Do = "fail" }];
        Grid.Work(runs, Store, token: Token);
        var (results, other) = (Path.Combine(folder.Path, "results"), Path.Combine(folder.Path, "other"));

        Assert.Equal(2, Sweep.Keep("plan", runs, Store).Collect(Path.Combine(results, "plan.json"), other));

        RunStore elsewhere = new(other, results), alone = new(Path.Combine(folder.Path, "third"), results);
        Assert.Equal(2, Grid.Work(runs, elsewhere, token: Token)); // what failed stays failed
        var sweep = Sweep.Keep("plan", runs, elsewhere);
        var failed = sweep.Runs.Single(run => run.Hash == bad.Hash);
        Assert.Equal((1, 1), (failed.Failure!.Count, sweep.Retry([failed])));
        Grid.Work(runs, elsewhere, token: Token);
        Assert.Equal((1, 1, 2),
            (Stepped.Starts("collected teacher"), Stepped.Starts("collected"), Stepped.Starts("collected bad")));
        Grid.Work([runs[0]], alone, token: Token);
        Assert.Equal(1, Stepped.Starts("collected")); // finished, as its result is committed
    }

    [Fact]
    public void AStoppedWorkerGivesItsRunBack()
    {
        Stepped run = new("stopped", 1000);
        using var stop = new CancellationTokenSource();
        var work = Task.Run(() => Grid.Work([run], Store, token: stop.Token), Token);
        SpinWait.SpinUntil(() => Stepped.Starts("stopped") == 1, TimeSpan.FromSeconds(30));
        stop.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => work.GetAwaiter().GetResult());
        var stood = Sweep.Keep("plan", [run], Store).Runs.Single();
        Assert.Equal((RunState.Ready, $"{Environment.MachineName}, process {Environment.ProcessId}"),
            (stood.State, stood.Holder));
        Assert.Null(stood.Failure);
    }

    /// <summary>A run of a few steps, each of which it notes in its folder.</summary>
    private sealed record Stepped(string Method, int Steps = 1) : Experiment
    {
        private static readonly Dictionary<string, int>[] Counts = [[]];

        public Stepped? Before { get; init; }

        public string Do { get; init; } = "";

        public bool Keeps { get; init; }

        public string Data { get; init; } = "steps";

        public override string Kind => "stepped";

        public override RunFacets Facets => new() { Scenario = "stepped", Data = Data, Variant = Method };

        public override double TestPerTrain => 0;

        public override long Seed { get; init; }

        public override IReadOnlyList<Experiment> Needs => Before is null ? [] : [Before];

        public override bool NeedsFiles => Before is { Keeps: true };

        public static int Starts(string method)
        {
            lock (Counts) return Counts[0].GetValueOrDefault(method);
        }

        protected internal override RunOutcome Run(RunContext context)
        {
            lock (Counts) Counts[0][Method] = Counts[0].GetValueOrDefault(Method) + 1;
            for (var step = 0; step < Steps; step++)
            {
                if (Do == "fail") throw new InvalidOperationException($"no good\nat {step}");
                context.Token.WaitHandle.WaitOne(50);
                context.Token.ThrowIfCancellationRequested();
                File.WriteAllText(Path.Combine(context.Folder, "step"), $"{step}");
            }
            if (Keeps) File.WriteAllText(Path.Combine(context.Kept, "weights"), Method);
            if (NeedsFiles) _ = context.Of(Before!).File("weights");
            return new RunOutcome { Values = new Dictionary<string, double> { ["steps"] = Steps } };
        }
    }
}
