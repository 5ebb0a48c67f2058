using TorchSharp;
using W2S.Charts;
using W2S.Experiments;
using W2S.Losses.Distillation;
using W2S.Runs;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Tests.Experiments;

[Collection(W2S.Tests.ProcessWide.Name)]
public sealed class ProbeProtocolTests
{
    private static readonly ProbeProtocol Small = new()
    {
        TeacherImages = 200,
        StudentImages = 400,
        TestImages = 200,
        TrueLabels = 120,
        Probe = new LinearProbeOptions { Steps = 500, BatchSize = 64 },
    };

    [Fact]
    public void PartsAreDisjointAndOfTheSizesAskedFor()
    {
        using var scope = NewDisposeScope();
        var parts = Small.Draw(Blobs(), seed: 3);

        Assert.Equal((120, 400, 200), (parts.Teacher.Count, parts.Student.Count, parts.Test.Count));
        Assert.Equal(720, parts.Teacher.Concat(parts.Student).Concat(parts.Test).Distinct().Count());
    }

    [Fact]
    public void ASplitIsAPureFunctionOfItsSeed()
    {
        using var scope = NewDisposeScope();
        var pair = Blobs();
        var (first, again, other) = (Small.Run(pair, 1), Small.Run(pair, 1), Small.Run(pair, 2));

        Assert.Equal(first.Teacher, again.Teacher);
        Assert.Equal(first.Students, again.Students);
        Assert.NotEqual(Small.Draw(pair, 1).Test, Small.Draw(pair, 2).Test);
    }

    [Fact]
    public void SplitsMadeSideBySideAreThoseMadeAlone()
    {
        using var scope = NewDisposeScope();
        var pair = Blobs();
        List<int> heard = [];

        var study = Small.Study(pair, 3, new SynchronousProgress<ProbeProgress>(at => heard.Add(at.Done)));

        Assert.Equal([1, 2, 3], heard);
        Assert.Equal([0, 1, 2], study.Splits.Select(split => split.Seed));
        Assert.All(study.Splits, split =>
        {
            var alone = Small.Run(pair, split.Seed);
            Assert.Equal((alone.Teacher, alone.FewLabels, alone.Ceiling),
                (split.Teacher, split.FewLabels, split.Ceiling));
            Assert.Equal(alone.Students, split.Students);
        });
    }

    [Fact]
    public void EveryProbeChoosesItsOwnPenaltyAndAnUnregularisedStudentNone()
    {
        using var scope = NewDisposeScope();
        var options = new LinearProbeOptions { Steps = 60, BatchSize = 64, ChooseL2 = [1e-2, 1] };
        var protocol = Small with
        {
            Probe = options,
            Students = [ProbeStudent.Soft, ProbeStudent.Soft with { Name = "bare", Unregularised = true }],
        };
        var study = protocol.Study(Blobs(), 2);

        Assert.All(study.Splits, split =>
        {
            Assert.Equal(["Soft labels", "ceiling", "few labels", "teacher"],
                split.L2.Keys.Order(StringComparer.Ordinal));
            Assert.All(split.L2.Values, l2 => Assert.Contains(l2, options.ChooseL2));
        });
        Assert.Empty(Small.Run(Blobs(), 0).L2);
    }

    [Fact]
    public void StudentWithTheBetterViewPassesItsTeacherAndLosesWithRolesExchanged()
    {
        using var scope = NewDisposeScope();
        var pair = Blobs();
        var study = Small.Study(pair, 3);
        var swapped = Small.Study(pair.Swapped("swapped"), 3);

        Assert.All(study.Splits, split => Assert.True(split.Students["Soft labels"] > split.Teacher));
        Assert.All(study.Splits, split => Assert.True(split.Ceiling > split.Teacher));
        Assert.All(swapped.Splits, split => Assert.True(split.Students["Soft labels"] < split.Teacher));
    }

    [Fact]
    public void TablesHoldARowForEverybodyAndAColumnForEveryStudent()
    {
        using var scope = NewDisposeScope();
        var study = Small.Study(Blobs(), 2);

        Assert.Equal(["Weak teacher", "Hard labels", "Soft labels", "Few true labels", "Ceiling"],
            ProbeTable.ByMethod(study).RowKeys);
        Assert.Equal(["120 true labels"], ProbeTable.BySetting([study]).RowKeys);
        Assert.Contains("Soft labels", ProbeTable.BySetting([study]).ColumnKeys);
        Assert.Throws<ArgumentException>(() => study.Student("nobody"));
    }

    [Fact]
    public void IntervalsOfGainsAllowForTheOverlapOfSplits()
    {
        Assert.Equal(.25,
            new ProbeProtocol
            {
                TeacherImages = 4_000,
                StudentImages = 4_000,
                TestImages = 2_000,
                TrueLabels = 2_000
            }.TestPerTrain);

        // Gains of 1, 2 and 3 points, t = 4.3027 with 2 degrees: ± 4.3027 · √(1/3 + 1/4).
        var study = new ProbeStudy("pair", 10, .25, [.. Enumerable.Range(0, 3).Select(split => new SplitAccuracies(
            split, .5, .6, .8, new Dictionary<string, double> { ["Soft labels"] = .51 + .01 * split },
            new Dictionary<string, double> { ["Soft labels"] = .7 }))]);
        Assert.Equal("2.0 [−1.3, 5.3]",
            ProbeTable.ByMethod(study).GetColumn<string>("gain over teacher [95 %]").Get("Soft labels"));
        Assert.Equal("2.0 [−1.3, 5.3]",
            ProbeTable.BySetting([study]).GetColumn<string>("Soft labels: gain over teacher [95 %]")
                .Get("10 true labels"));
    }

    [Fact]
    public void WhatDoesNotFitIsNamed()
    {
        using var scope = NewDisposeScope();
        var pair = Blobs();

        Assert.Contains("201 true labels",
            Assert.Throws<ArgumentException>(() => (Small with { TrueLabels = 201 }).Run(pair, 0)).Message);
        Assert.Contains("sees none", Assert.Throws<ArgumentException>(
            () => (Small with { Students = [new("kd", new Kd())] }).Run(pair, 0)).Message);
        Assert.Throws<ArgumentException>(() => (Small with { TestImages = 1_000 }).Run(pair, 0));
        Assert.Contains("one row each", Assert.Throws<ArgumentException>(
            () => Small.Run(pair with { Labels = [.. pair.Labels.Skip(1)] }, 0)).Message);
    }

    [Fact]
    public void ATokenStopsAStudy()
    {
        using var scope = NewDisposeScope();
        using var stop = new CancellationTokenSource();
        stop.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => Small.Study(Blobs(), 2, token: stop.Token));
    }

    // Four classes: well apart in the strong view, blurred in the weak one.
    private static FrozenPair Blobs()
    {
        const int count = 800, classes = 4;
        var random = new Random(7);
        double Normal() =>
            Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var labels = Enumerable.Range(0, count).Select(i => (long)(i % classes)).ToArray();
        Tensor View(double blur) => tensor(
            labels.SelectMany(
                label => Enumerable.Range(0, classes).Select(k => (float)((k == label ? 1 : 0) + blur * Normal())))
                    .ToArray()).reshape(count, classes);
        return new FrozenPair("blobs", View(0.6), View(0.2), labels, classes);
    }
}
