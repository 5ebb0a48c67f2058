using System.Globalization;
using W2S.Experiments;
using W2S.Losses.Distillation;
using W2S.Losses.WeakToStrong;
using W2S.Runs;
using W2S.Torch;

namespace W2S.Tests.Runs;

public sealed class ExperimentTests
{
    private static ToyExperiment Toy => new("KD", 3);

    [Fact]
    public void EqualRecordsHaveEqualHashesWhateverTheCulture()
    {
        var culture = CultureInfo.CurrentCulture;
        var before = Toy.Hash;
        try
        {
            var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            comma.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = comma;
            Assert.Equal(before, (Toy with { Rates = new List<double> { 0.1, 0.5 } }).Hash);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
        Assert.Matches("^[0-9a-f]{16}$", before);
    }

    // Committed results are found by their hashes: this one must never change.
    [Fact]
    public void TheHashIsTheSameOnEveryMachine() =>
        Assert.Equal("9ebf5669fff014ae", DistillationPlan.Small.TeacherRun(0).Hash);

    [Fact]
    public void EveryPropertyCountsAlsoDeepInside()
    {
        ToyExperiment[] others =
        [
            Toy with { Method = "AdaptConf" }, Toy with { Number = 4 }, Toy with { Seed = 4 },
            Toy with { Loss = new AugConf() }, Toy with { Loss = new Kd { Temperature = 2 } },
            Toy with { Rates = [0.1, 0.50000001] }, Toy with { Pair = (1, "x") }, Toy with { Pair = (2, "x") },
            Toy with { Teacher = new("teacher", 0) }, Toy with { Teacher = new("teacher", 1) },
        ];

        Assert.Equal(others.Length + 1, others.Append(Toy).Select(toy => toy.Hash).Distinct().Count());
    }

    [Fact]
    public void AnOptionAddedLaterCountsOnceItIsUsed()
    {
        Assert.False(Toy.Record.ContainsKey(nameof(ToyExperiment.Later)));
        Assert.Equal(2, (long)(Toy with { Later = 2 }).Record[nameof(ToyExperiment.Later)]!);
        Assert.NotEqual(Toy.Hash, (Toy with { Later = 2 }).Hash);
    }

    [Fact]
    public void EqualRecordsStayEqualWhereOneHashWasAskedFor()
    {
        var (asked, other, rates) = (Toy, Toy, Toy.Rates);
        (asked, other) = (asked with { Rates = rates }, other with { Rates = rates });
        Assert.NotEmpty(asked.Hash);

        Assert.Equal(asked, other);
        Assert.Equal(asked.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(asked, other with { Seed = 4 });
        Assert.Equal(asked.Hash, (asked with { }).Hash);
        Assert.NotEqual(asked.Hash, (asked with { Seed = 4 }).Hash);
    }

    [Fact]
    public void WhatHasNoPlaceInARecordIsNamed()
    {
        var error = Assert.Throws<NotSupportedException>(() => new WithStream("x", 1).Hash);

        Assert.Equal(
            "WithStream.Stream is a MemoryStream, which has no place in an experiment's record; make it a record",
            error.Message);
    }

    private sealed record WithStream(string Name_, long Number) : Experiment
    {
        public object Stream { get; init; } = new MemoryStream();

        public override string Kind => "toy";

        public override RunFacets Facets => new() { Scenario = "toy", Data = "", Variant = Name_ };

        public override double TestPerTrain => 0;

        public override long Seed { get; init; } = Number;

        protected internal override RunOutcome Run(RunContext context) => throw new NotSupportedException();
    }
}
