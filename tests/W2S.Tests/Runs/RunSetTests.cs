using W2S.Analysis;
using W2S.Runs;
using static W2S.Tests.Runs.DrawnRuns;

namespace W2S.Tests.Runs;

public sealed class RunSetTests
{
    [Fact]
    public void AComparisonIsWidenedByTheRunsOwnRatioByHand()
    {
        // Gains of 1, 2 and 3 points; Nadeau and Bengio: √(1/3 + 1/2) = √(5/6) takes the place of √(1/3);
        // t² = 4/(5/6) = 4.8 with 2 degrees: p = 1 − √(4.8/6.8).
        RunSet runs = [.. Of(Facets(Role.StrongAlone), .5, .5, .5, .5), .. Of(Facets(Role.Student), .5, .51, .52, .53)];
        var gain = Assert.Single(runs.Compare(Role.StrongAlone));

        Assert.Equal(.02, gain.Gain.Mean, 1e-12);
        Assert.Equal(.02 + .01 * 4.3026527300 * Math.Sqrt(5.0 / 6), gain.Gain.High, 1e-9);
        Assert.Equal(1 - Math.Sqrt(4.8 / 6.8), gain.AdjustedPValue, 1e-9);
        Assert.Equal((3, 1, Verdict.Open), (gain.Gain.N, gain.FamilySize, gain.Verdict));
        Assert.Equal("KD + labels over Strong alone: 2.0 [−1.9, 5.9] points, n = 3, p = 0.160, open", $"{gain}");
        Assert.Equal(Statistics.OverRuns([.51, .52, .53], .5), runs.In(Role.Student).Estimate());
    }

    [Fact]
    public void TheVerdictCountsTheWholeFamily()
    {
        // Differences 3, 4, 5 points: t = 4√3 with 2 degrees, p = 1 − √(48/50) = .0202; 1, 2, 3: p = .0742.
        RunSet two = [.. Of(Role.StrongAlone, .5, .5, .5), .. Of("KD", .51, .52, .53),
            .. Of("AdaptConf", .53, .54, .55)];
        var gains = two.Compare(Role.StrongAlone).ToDictionary(gain => gain.Facets.Loss!);
        Assert.Equal((.0742, .0404), (Math.Round(gains["KD"].AdjustedPValue, 4),
            Math.Round(gains["AdaptConf"].AdjustedPValue, 4)));
        Assert.Equal((Verdict.Open, Verdict.Above), (gains["KD"].Verdict, gains["AdaptConf"].Verdict));

        RunSet three = [.. two, .. Of("FitNet", .51, .49, .50)];
        var crowded = three.Compare(Role.StrongAlone).Single(gain => gain.Facets.Loss == "AdaptConf");
        Assert.Equal((.0606, 3), (Math.Round(crowded.AdjustedPValue, 4), crowded.FamilySize));
        Assert.Equal(Verdict.Open, crowded.Verdict);
        Assert.True(crowded.Gain.Low > 0 || crowded.Gain.High < 0); // the interval is that of the comparison alone

        var below = Comparison.Family([Assert.Single(RunSet.Create([.. Of(Role.StrongAlone, .53, .54, .55),
            .. Of("KD", .5, .5, .5)]).Compare(Role.StrongAlone))]);
        Assert.Equal(Verdict.Below, below[0].Verdict);
    }

    [Fact]
    public void OneSeedSettlesNothing()
    {
        var gain = Assert.Single(
            RunSet.Create([.. Of(Role.StrongAlone, .5), .. Of("KD", .9)]).Compare(Role.StrongAlone));
        Assert.Equal((false, Verdict.Open), (gain.Gain.HasInterval, gain.Verdict));
        Assert.True(double.IsNaN(gain.AdjustedPValue));
    }

    [Fact]
    public void SeedsThatBothHaveArePaired()
    {
        var alone = Of(Role.StrongAlone, .5, .6, .7);
        var gain = Assert.Single(RunSet.Create([.. alone, .. Of("KD", .9, .65, .7).Where(run => run.Seed > 0)])
            .Compare(Role.StrongAlone));
        Assert.Equal([1, 2], gain.Seeds);
        Assert.Equal([.05, 0], gain.Differences.Select(value => Math.Round(value, 12)));
        Assert.Contains("share seeds",
            Assert.Throws<ArgumentException>(() => RunSet.Create([.. alone.Where(run => run.Seed == 0),
            .. Of("KD", .5, .5).Where(run => run.Seed == 1)]).Compare(Role.StrongAlone)).Message);
    }

    [Fact]
    public void TheGapRecoveredComesWithStudentsOfTheTeacherAlone()
    {
        RunSet runs =
        [
            .. Of(Facets(Role.WeakTeacher), .25, .5, .6, .4), .. Of(Facets(Role.Ceiling), .25, .7, .8, .8),
            .. Of(Facets(Role.Student, by: SupervisionKind.Teacher), .25, .6, .7, .5),
        ];
        var gains = runs.Compare(Role.WeakTeacher);
        Assert.Equal(GapRecovered.Over([.5, .6, .4], [.6, .7, .5], [.7, .8, .8], .25).Estimate,
            gains.Single(gain => gain.Facets.Role == Role.Student).Recovered!.Estimate);
        Assert.Null(gains.Single(gain => gain.Facets.Role == Role.Ceiling).Recovered);
    }

    [Fact]
    public void SettingsShareTheirTeacherAndTheirNetworkAlone()
    {
        RunSet runs =
        [
            .. Of(Facets(Role.WeakTeacher, teacher: "small"), 0, .4),
            .. Of(Facets(Role.WeakTeacher, teacher: "tiny"), 0, .3),
            .. Of(Facets(Role.StrongAlone, student: "large"), 0, .5),
            .. Of(Facets(Role.Student, teacher: "small", student: "large"), 0, .6),
            .. Of(Facets(Role.Student, teacher: "tiny", student: "large"), 0, .7),
        ];
        Assert.Equal(["small → large", "tiny → large"], runs.Settings.Select(setting => setting.Name));
        Assert.All(runs.Settings, setting => Assert.Equal(3, setting.Runs.Count));
        var gains = runs.Where(run => run.Facets.Role != Role.WeakTeacher).Compare(Role.StrongAlone);
        Assert.Equal([("small → large", .1), ("tiny → large", .2)],
            gains.Select(gain => (gain.Setting, Math.Round(gain.Gain.Mean, 12))));

        RunSet noisy = [.. Of(Facets(Role.StrongAlone, noise: "symmetric 20 %"), 0, .5),
            .. Of(Facets(Role.StrongAlone, noise: "asymmetric 40 %"), 0, .4)];
        Assert.Equal(["symmetric 20 %", "asymmetric 40 %"], noisy.Settings.Select(setting => setting.Name));
        Assert.Equal("", Assert.Single(Of(Role.Ceiling, .5).Settings).Name);
    }

    [Fact]
    public void WhatIsHeldFixedInsteadOfTheSettingCanBeSaid()
    {
        RunSet runs =
        [
            .. Of(Facets(Role.Student, by: SupervisionKind.Both, noise: "x"), 0, .6),
            .. Of(Facets(Role.Student, by: SupervisionKind.Teacher, noise: "x"), 0, .5),
            .. Of(Facets(Role.Student, "AdaptConf", SupervisionKind.Both, "y"), 0, .8),
            .. Of(Facets(Role.Student, "AdaptConf", SupervisionKind.Teacher, "y"), 0, .5),
        ];
        var gains = runs.Compare(facets => facets.Supervision == SupervisionKind.Teacher,
            within: facets => (facets.Noise, facets.Loss));
        Assert.Equal([("KD + labels", "x", .1), ("AdaptConf + labels", "y", .3)],
            gains.Select(gain => (gain.Facets.Method, gain.Setting, Math.Round(gain.Gain.Mean, 12))));
    }

    [Fact]
    public void ARunGivenTwiceStandsOnceAndASeedTwiceIsRefused()
    {
        var kd = Of("KD", .5, .6);
        Assert.Equal(2, RunSet.Create([.. kd, .. kd]).Count);
        RunSet doubled = [.. kd, Run(Facets(Role.Student), 1, .7) with { Hash = "another" }];
        Assert.Contains("the seeds 0, 1, 1", Assert.Throws<ArgumentException>(() => doubled.Values()).Message);
        Assert.Contains("2 methods", Assert.Throws<ArgumentException>(
            () => RunSet.Create([.. kd, .. Of("DKD", .5)]).Values()).Message);
        Assert.Contains("no run", Assert.Throws<ArgumentException>(() => RunSet.Create([]).Values()).Message);
        Assert.Contains("no setting has", Assert.Throws<ArgumentException>(() => kd.Compare(Role.Ceiling)).Message);
    }

    [Fact]
    public void ArmsStandAsRunsOfTheirOwn()
    {
        var (weak, ceiling) = (Facets(Role.WeakTeacher), Facets(Role.Ceiling));
        var split = Run(RunFacets.Common([weak, ceiling]), 3, 0, .25) with
        {
            Outcome = new RunOutcome
            {
                Values = new Dictionary<string, double>(),
                Arms = [new(weak, new Dictionary<string, double> { ["test accuracy"] = .4 }),
                    new(ceiling, new Dictionary<string, double> { ["test accuracy"] = .6 })],
            },
        };
        RunSet runs = [split];
        Assert.Equal([("Weak teacher", 3L, .4, .25), ("Ceiling", 3, .6, .25)],
            runs.Select(run => (run.Name, run.Seed, run["test accuracy"], run.TestPerTrain)));
    }

    [Fact]
    public void RecordsAreEqualButForWhatIsNamed()
    {
        RunResult With(string json) => Run(Facets(Role.Student), 0, 0) with
        { Record = (System.Text.Json.Nodes.JsonObject)System.Text.Json.Nodes.JsonNode.Parse(json)! };
        var run = With("""{"Seed": 1, "Loss": {"T": 4}, "Teacher": {"Seed": 1, "Network": "a"}}""");
        var other = With("""{"Seed": 2, "Loss": {"T": 4}, "Teacher": {"Seed": 2, "Network": "b"}}""");
        Assert.Equal(run.HashWithout("Seed", "Network"), other.HashWithout("Seed", "Network"));
        Assert.NotEqual(run.HashWithout("Seed"), other.HashWithout("Seed"));
    }
}
