using System.Text.Json;
using System.Text.Json.Nodes;
using TorchSharp;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Losses.WeakToStrong;
using W2S.Selection;
using W2S.Tests.Losses;
using static TorchSharp.torch;

namespace W2S.Tests.Selection;

/// <summary>Selection, ensembles and co-supervision against <c>tests/reference/selection.py</c>.</summary>
public sealed class LabelSelectionTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly JsonObject reference = ReferenceFile.Read("selection.json");
    private readonly Tensor[] teachers;
    private readonly Tensor student;
    private readonly Tensor labels;

    public LabelSelectionTests()
    {
        teachers = [.. reference["teachers"]!.AsArray().Select(x => ReferenceFile.Values(x!))];
        student = ReferenceFile.Values(reference["student"]!);
        labels = ReferenceFile.Values(reference["labels"]!).to_type(ScalarType.Int64);
    }

    public void Dispose() => scope.Dispose();

    private double[] Expected(string name) => ReferenceFile.Values(reference[name]!).ToArray();

    private bool[] ExpectedBools(string name) => reference[name]!.Deserialize<bool[]>()!;

    private static void Equal(double[] expected, double[] got) =>
        Assert.Equal(expected, got, (a, b) => Math.Abs(a - b) <= 1e-12);

    [Theory]
    [InlineData(Confidence.MaxProbability)]
    [InlineData(Confidence.Margin)]
    [InlineData(Confidence.Entropy)]
    [InlineData(Confidence.ViewAgreement)]
    [InlineData(Confidence.TeacherLikelihood)]
    [InlineData(Confidence.StudentLikelihood)]
    public void ConfidenceEqualsTheReference(Confidence measure)
    {
        var got = measure.Of(teachers[0], student, ReferenceFile.Values(reference["views"]!));
        Equal(ReferenceFile.Values(reference["measures"]![measure.ToString()]!).ToArray(), got.ToArray());
    }

    [Fact]
    public void DistrustedLabelsAreDroppedWeighedOrReplaced()
    {
        var selection = new LabelSelection(Confidence.Margin) { Threshold = 0.2, Share = 0.5 };
        var trusted = ExpectedBools("trusted");

        var dropped = selection.Select(teachers[0]);
        Assert.Equal(trusted, dropped.Trusted.data<bool>().ToArray());
        Equal([.. trusted.Select(x => x ? 1.0 : 0)], dropped.Weights.ToArray());
        Equal(teachers[0].ToArray(), dropped.Logits.ToArray());

        Equal(Expected("weights"),
            (selection with { Distrusted = Distrusted.Weigh }).Select(teachers[0]).Weights.ToArray());

        var replaced = (selection with { Distrusted = Distrusted.ReplaceSoft }).Select(teachers[0], student);
        Equal(Expected("replaced"), replaced.Logits.ToArray());
        Assert.All(replaced.Weights.ToArray(), x => Assert.Equal(1, x));

        var hardened = (selection with { Distrusted = Distrusted.ReplaceHard }).Select(teachers[0], student).Logits;
        for (var i = 0; i < trusted.Length; i++)
        {
            Assert.Equal((trusted[i] ? teachers[0] : student)[i].argmax().ToInt64(), hardened[i].argmax().ToInt64());
            if (!trusted[i]) Assert.Equal(1, (hardened[i] / 10).softmax(0).max().ToDouble());
        }
    }

    [Fact]
    public void TheSurestOfSeveralIsPicked()
    {
        var (logits, source) = TeacherPool.MostConfident(teachers);
        Equal(Expected("surest"), source.ToArray());
        for (var i = 0; i < student.shape[0]; i++)
            Assert.Equal(teachers[source[i].ToInt64()][i].argmax().ToInt64(), logits[i].argmax().ToInt64());
        var both = TeacherPool.MostConfident(teachers, student);
        Equal(Expected("surest_or_student"), both.Source.ToArray());
        Equal([.. Enumerable.Range(0, 12).SelectMany(
            i => (both.Source[i].ToInt64() is var k && k < 3 ? teachers[k] : student)[i].ToArray())],
            both.Logits.ToArray());
    }

    [Fact]
    public void EqualConfidenceGoesToTheEarlierTeacher() =>
        Assert.All(TeacherPool.MostConfident([teachers[0], teachers[0].clone(), teachers[0].clone()]).Source.ToArray(),
            x => Assert.Equal(0, x));

    [Fact]
    public void AnEnsembleByAccuracyEqualsTheReference()
    {
        var weights = TeacherPool.ByAccuracy(teachers, labels);
        Equal(Expected("by_accuracy"), weights);
        Equal(Expected("mixture"), TeacherPool.Ensemble(teachers, weights).softmax(1).ToArray());
    }

    [Fact]
    public void SpecialistsAreAssignedAndFiltered()
    {
        var (logits, specialist) = CoSupervision.Assign(student, teachers, reference["groups"]!.Deserialize<int[]>()!);
        Equal(Expected("specialist"), specialist.ToArray());
        Equal(Expected("assigned"), logits.ToArray());
        Assert.Equal(ExpectedBools("keep"), CoSupervision.Keep(student, logits, top: 2).data<bool>().ToArray());
    }

    [Fact]
    public void ALossFollowsASelection()
    {
        var batch = new LossBatch(student.clone().requires_grad_()) { TeacherLogits = teachers[0], Labels = labels };
        var loss = new Selective(new LabelSelection(Confidence.Margin) { Threshold = 0.2, Share = 0.5 }, new Kd());
        var parts = loss.Compute(batch);
        var trusted = ExpectedBools("trusted");
        var samples = new Kd().TeacherOnly().Compute(batch).PerSample!.ToArray();
        Assert.Equal(samples.Where((_, i) => trusted[i]).Average(),
            parts.Parts.Single(x => x.Name == "teacher").Value.ToDouble(), 1e-12);
        Assert.Equal(new CrossEntropy().Compute(batch).Total.ToDouble(),
            parts.Parts.Single(x => x.Name == "labels").Value.ToDouble(), 1e-12);
        Assert.Equal(trusted.Select(x => x ? 1.0 : 0),
            parts.Diagnostics.Single(x => x.Name == "selection").Value.ToArray());
    }

    [Fact]
    public void WhatIsMissingIsNamed()
    {
        Assert.Contains("student's logits",
            Assert.Throws<ArgumentException>(() => Confidence.StudentLikelihood.Of(teachers[0])).Message);
        Assert.Contains("views",
            Assert.Throws<ArgumentException>(() => Confidence.ViewAgreement.Of(teachers[0])).Message);
        Assert.Contains("before training",
            Assert.Throws<ArgumentException>(
                () => new LossBatch(student) { TeacherLogits = teachers[0] }.Select(
                    new LabelSelection(Confidence.ViewAgreement))).Message);
        Assert.Contains("labels is Int64 [12]",
            Assert.Throws<ArgumentException>(() => TeacherPool.ByAccuracy([teachers[0][..5]], labels)).Message);
        Assert.Contains("weights [1]",
            Assert.Throws<ArgumentException>(() => TeacherPool.Ensemble(teachers, [1])).Message);
        Assert.Contains("5 classes",
            Assert.Throws<ArgumentException>(() => CoSupervision.Assign(student, teachers, [0, 1, 2, 3, 0])).Message);
    }
}
