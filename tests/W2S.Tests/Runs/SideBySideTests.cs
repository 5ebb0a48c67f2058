using TorchSharp;
using W2S.Runs;
using W2S.Tests.Data;
using W2S.Torch;

namespace W2S.Tests.Runs;

[Collection(W2S.Tests.ProcessWide.Name)]
public sealed class SideBySideTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly int threads = Devices.UseThreads();

    public SideBySideTests() => Devices.UseThreads(2);

    public void Dispose()
    {
        Devices.UseThreads(threads);
        folder.Dispose();
    }

    private IReadOnlyList<RunResult> Run(params Small[] runs) =>
        Grid.Run(runs, new RunStore(folder.Path), token: TestContext.Current.CancellationToken);

    [Fact]
    public void TwoRunsAreUnderWayAtATimeWithOneThreadEach()
    {
        using var both = new Barrier(2);
        Small.Do = (_, token) =>
            Assert.True(both.SignalAndWait(TimeSpan.FromSeconds(30), token), "the other run was never under way");

        var runs = Run(new Small("a"), new Small("b"), new Small("c"), new Small("d"));

        Assert.Equal(["a", "b", "c", "d"], runs.Select(run => run.Name));
        Assert.All(runs, run => Assert.Equal(1, run["threads"]));
        Assert.Equal(2, torch.get_num_threads());
    }

    [Fact]
    public void OneRunAloneHasOneThreadToo()
    {
        Small.Do = (_, _) => { };
        Assert.Equal(1, Run(new Small("alone")).Single()["threads"]);
    }

    [Fact]
    public void ARunWaitsForThoseThatItNeeds()
    {
        List<string> ended = [];
        Small.Do = (name, _) =>
        {
            if (name == "teacher") Thread.Sleep(200);
            lock (ended) ended.Add(name);
        };
        var teacher = new Small("teacher");

        var runs = Run(new Small("first") { Teacher = teacher }, new Small("second") { Teacher = teacher },
            new Small("free"));

        Assert.Equal(["free", "teacher"], ended.Take(2).Order());
        Assert.Equal(["first", "second", "free"], runs.Select(run => run.Name));
    }

    [Fact]
    public void AFailureStopsTheOthersAndIsTheOneThatIsTold()
    {
        Small.Do = (name, token) =>
        {
            if (name == "bad") throw new InvalidOperationException("no good");
            if (name == "long") token.WaitHandle.WaitOne(TimeSpan.FromSeconds(30));
            token.ThrowIfCancellationRequested();
        };

        Assert.Equal("no good",
            Assert.Throws<InvalidOperationException>(
                () => Run(new Small("long"), new Small("bad"), new Small("never"))).Message);
        Assert.Null(new RunStore(folder.Path).Find(new Small("never")));
        Assert.Equal(2, torch.get_num_threads());
    }

    [Fact]
    public void CancelledRunsAreMadeWhenAskedForAgain()
    {
        using var stop = new CancellationTokenSource();
        Small.Do = (name, token) =>
        {
            if (name == "second") stop.Cancel();
            token.ThrowIfCancellationRequested();
        };
        Small[] runs = [new Small("first"), new Small("second") { Teacher = new Small("first") }];

        Assert.ThrowsAny<OperationCanceledException>(
            () => Grid.Run(runs, new RunStore(folder.Path), token: stop.Token));
        Assert.NotNull(new RunStore(folder.Path).Find(runs[0]));
        Assert.Null(new RunStore(folder.Path).Find(runs[1]));

        Small.Do = (_, _) => { };
        Assert.Equal(["first", "second"], Run(runs).Select(run => run.Name));
    }

    private sealed record Small(string Method) : Experiment
    {
        // What a test does meanwhile is no part of what the run is: kept where no identity looks.
        private static readonly Action<string, CancellationToken>[] Held = [(_, _) => { }];

        public static Action<string, CancellationToken> Do
        {
            get => Held[0];
            set => Held[0] = value;
        }

        public Small? Teacher { get; init; }

        public override string Kind => "small";

        public override RunFacets Facets => new() { Scenario = "small", Data = "nothing", Variant = Method };

        public override double TestPerTrain => 0;

        public override long Seed { get; init; }

        public override bool SideBySide => true;

        public override IReadOnlyList<Experiment> Needs => Teacher is null ? [] : [Teacher];

        protected internal override RunOutcome Run(RunContext context)
        {
            Do(Method, context.Token);
            return new RunOutcome { Values = new Dictionary<string, double> { ["threads"] = torch.get_num_threads() } };
        }
    }
}
