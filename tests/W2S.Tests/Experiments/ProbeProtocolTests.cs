using TorchSharp;
using W2S.Charts;
using W2S.Experiments;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Runs;
using W2S.Torch;
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

        Assert.Equal(first.SelectMany(probe => probe.Values), again.SelectMany(probe => probe.Values));
        Assert.NotEqual(Small.Draw(pair, 1).Test, Small.Draw(pair, 2).Test);
    }

    [Fact]
    public void SplitsMadeSideBySideAreThoseMadeAlone()
    {
        using var scope = NewDisposeScope();
        var pair = Blobs();
        List<int> heard = [];

        var study = Small.Study(pair, 3, new SynchronousProgress<GridProgress>(at => heard.Add(at.Done)));

        Assert.Equal([1, 2, 3], heard);
        Assert.Equal([0, 1, 2], study.Seeds);
        Assert.All(study.By(probe => (int)probe.Seed), split => Assert.Equal(
            Small.Run(pair, split.Key).SelectMany(probe => probe.Values),
            split.Runs.SelectMany(probe => probe.Outcome.Values)));
    }

    [Fact]
    public void EveryProbeChoosesItsOwnPenaltyWhereOneIsToBeChosen()
    {
        using var scope = NewDisposeScope();
        var options = new LinearProbeOptions { Steps = 60, BatchSize = 64, ChooseL2 = [1e-2, 1] };
        var study = (Small with { Probe = options }).Study(Blobs(), 2);

        Assert.All(study, probe => Assert.Contains(probe["L2"], options.ChooseL2));
        Assert.All(Small.Run(Blobs(), 0), probe => Assert.DoesNotContain("L2", probe.Values.Keys));
    }

    // Written out: labelled images under their labels, the others under the mean of both log-probabilities.
    [Fact]
    public void LabelsStandBesideTheTeachersWordItsOwnAndBoth()
    {
        using var scope = NewDisposeScope();
        var pair = Blobs();
        var with = ProbeStudent.Soft with { WithLabels = true };
        var protocol = Small with
        {
            TrueLabels = 20,
            Probe = Small.Probe with { Steps = 100 },
            Students = [with, .. new[] { WordOf.Itself, WordOf.Both, WordOf.Twins, WordOf.BothShuffled }.Select(
                word => with with { Word = word })],
        };
        var students = protocol.Run(pair, 1).Where(arm => arm.Facets.Role == Role.Student).ToArray();

        Assert.Equal(["Soft labels + labels", "Labels + own soft labels", "Soft labels + labels, teacher and own",
            "Labels + twins' soft labels", "Soft labels + labels, shuffled teacher and own"],
            students.Select(arm => arm.Facets.Method));
        var parts = protocol.Draw(pair, 1);
        var (few, truth) = (parts.Of(pair.Labels).Teacher, parts.Of(pair.Labels).Test);
        var (weak, strong) = (parts.Of(pair.Weak), parts.Of(pair.Strong));
        using var teacher = Train(weak.Teacher, nn.functional.one_hot(tensor(few), pair.Classes), "teacher");
        using var own = Train(strong.Teacher, nn.functional.one_hot(tensor(few), pair.Classes), "student");
        using var twin = Train(strong.Teacher, nn.functional.one_hot(tensor(few), pair.Classes), "twin");
        var (told, said) = (teacher.Logits(weak.Student).log_softmax(1), own.Logits(strong.Student).log_softmax(1));
        var other = twin.Logits(strong.Student).log_softmax(1);
        Assert.NotEqual(0, (said - other).abs().max().item<float>());
        Assert.Equal(new[] { told, said, (told + said) / 2, (said + other) / 2 }.Select(word =>
        {
            using var student = Train(cat([strong.Teacher, strong.Student]),
                cat([nn.functional.one_hot(tensor(few), pair.Classes), word.softmax(1)]), "student");
            return student.Accuracy(strong.Test, truth);
        }), students[..4].Select(arm => arm.Values["test accuracy"]), (a, b) => Math.Abs(a - b) < .006); // one of 200
        // A word dealt at random spoils what the mean of both gains.
        Assert.True(students[4].Values["test accuracy"] < students[2].Values["test accuracy"]);

        LinearProbe Train(Tensor features, Tensor labels, string who) => LinearProbe.Train(features, pair.Classes,
            new CrossEntropy(), new Supervision { Labels = labels.to_type(ScalarType.Float32) },
            protocol.Probe with { Seed = Seeds.Derive(1, who) });
    }

    // Written out: each fold is named by probes that have learned the other four.
    [Fact]
    public void FoldsJudgeBothSidesOnLabelsThatTheyHaveNotSeen()
    {
        using var scope = NewDisposeScope();
        var pair = Blobs();
        var protocol = Small with { Folds = 5, Probe = Small.Probe with { Steps = 100 } };
        var arms = protocol.Run(pair, 2);
        var few = arms.Single(arm => arm.Facets.Role == Role.FewTrueLabels).Values;
        var teacher = arms.Single(arm => arm.Facets.Role == Role.WeakTeacher).Values;
        var parts = protocol.Draw(pair, 2);
        var truth = parts.Of(pair.Labels);
        var weak = Held(parts.Of(pair.Weak).Teacher, "teacher");
        var strong = Held(parts.Of(pair.Strong).Teacher, "student");
        double Share(Func<int, bool> holds) => Enumerable.Range(0, 120).Count(holds) / 120.0;
        bool Right(Tensor logits, int at) => logits[at].argmax().item<long>() == truth.Teacher[at];
        var mean = weak.log_softmax(1) + strong.log_softmax(1);

        Assert.Equal(new[]
        {
            Share(at => Right(strong, at)), Share(at => Right(weak, at)),
            Share(at => Right(strong, at) && Right(weak, at)), Share(at => Right(mean, at)),
        }, new[] { "held-out accuracy", "held-out teacher", "held-out both", "held-out mean" }.Select(
            name => few[name]));
        Assert.InRange(few["agreement"], .3, 1);
        Assert.DoesNotContain("held-out accuracy", teacher.Keys);
        // Both right, with the accuracies and the agreement, gives every cell.
        Assert.InRange(few["both right"], teacher["test accuracy"] + few["test accuracy"] - 1,
            Math.Min(few["test agreement"], few["test accuracy"]) + 1e-6);
        Assert.Contains("folds", Assert.Throws<ArgumentException>(
            () => (protocol with { Folds = 1 }).Run(pair, 0)).Message);
        Assert.Equal(Small.Run(pair, 2).Select(arm => arm.Values["test accuracy"]),
            (Small with { Folds = 2 }).Run(pair, 2).Select(arm => arm.Values["test accuracy"]));

        Tensor Held(Tensor features, string who)
        {
            var logits = zeros(120, pair.Classes);
            for (var fold = 0; fold < 5; fold++)
            {
                var rows = Enumerable.Range(0, 120).ToLookup(at => at % 5 == fold, at => (long)at);
                var (held, rest) = (tensor(rows[true].ToArray()), tensor(rows[false].ToArray()));
                using var probe = LinearProbe.Train(features.index_select(0, rest), pair.Classes, new CrossEntropy(),
                    Supervision.ByLabels([.. rows[false].Select(at => truth.Teacher[at])]),
                    protocol.Probe with { Seed = Seeds.Derive(2, who) });
                logits.index_copy_(0, held, probe.Logits(features.index_select(0, held)));
            }
            return logits;
        }
    }

    [Fact]
    public void StudentWithTheBetterViewPassesItsTeacherAndLosesWithRolesExchanged()
    {
        using var scope = NewDisposeScope();
        var pair = Blobs();
        var study = Small.Study(pair, 3);
        var swapped = Small.Study(pair.Swapped("swapped"), 3);

        Assert.True(Soft(study) > 0 && Soft(swapped) < 0);
        Assert.All(study.Where(probe => probe.Facets.Role != Role.Student).Compare(Role.WeakTeacher),
            over => Assert.All(over.Differences, gain => Assert.True(gain > 0)));

        static double Soft(RunSet of) => of.Compare(Role.WeakTeacher).Single(
            one => one.Facets.Loss == "Soft labels").Differences.Average();
    }

    [Fact]
    public void IntervalsOfGainsAllowForTheOverlapOfSplits()
    {
        using var scope = NewDisposeScope();
        var study = Small.Study(Blobs(), 2);
        Assert.Equal(200.0 / (Small.TeacherImages + Small.StudentImages), study.TestPerTrain);
        Assert.Equal(["Weak teacher", "Few true labels", "Hard labels, teacher only", "Soft labels, teacher only",
            "Ceiling"], MethodTable.Of(study, Role.WeakTeacher).RowKeys);
        Assert.Contains("PGR", MethodTable.Of(study, Role.WeakTeacher).ColumnKeys);
    }

    [Fact]
    public void WhatDoesNotFitIsNamed()
    {
        using var scope = NewDisposeScope();
        var pair = Blobs();

        Assert.Contains("201 true labels",
            Assert.Throws<ArgumentException>(() => (Small with { TrueLabels = 201 }).Run(pair, 0)).Message);
        Assert.Contains("sees none", Assert.Throws<ArgumentException>(
            () => (Small with { Students = [new(new Kd())] }).Run(pair, 0)).Message);
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
