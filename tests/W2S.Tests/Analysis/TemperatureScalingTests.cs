using System.Text.Json;
using TorchSharp;
using W2S.Analysis;
using static TorchSharp.torch;

namespace W2S.Tests.Analysis;

/// <summary>Temperatures against PyTorch's L-BFGS (tests/reference/calibration.py), and what must hold of
/// any.</summary>
public sealed class TemperatureScalingTests
{
    private sealed record Case(string logits, double scale, double temperature, double before, double after);

    [Fact]
    public void EqualsPyTorch()
    {
        using var scope = NewDisposeScope();
        using var reference = new MetricsReference();
        var cases =
            JsonSerializer.Deserialize<Case[]>(
                File.ReadAllText(Path.Combine(TestPaths.Repository, "tests", "reference", "calibration.json")))!;
        Assert.Equal(6, cases.Length);
        foreach (var expected in cases)
        {
            var logits = (expected.logits == "student" ? reference.Student : reference.Teacher) * expected.scale;
            var fit = TemperatureScaling.Fit(logits, reference.Labels);
            Assert.Equal(expected.temperature, fit.Temperature, 1e-6 * expected.temperature);
            Assert.Equal(expected.before, Scores.Nll(logits, reference.Labels), 1e-10);
            Assert.Equal(expected.after, Scores.Nll(fit.Apply(logits), reference.Labels), 1e-10);
            Assert.True(expected.after <= expected.before);
        }
    }

    [Fact]
    public void ScaledLogitsScaleTheTemperature()
    {
        using var scope = NewDisposeScope();
        using var reference = new MetricsReference();
        var fit = TemperatureScaling.Fit(reference.Student, reference.Labels);
        Assert.Equal(3 * fit.Temperature, TemperatureScaling.Fit(reference.Student * 3, reference.Labels).Temperature,
            1e-8);
        Assert.Equal(1, TemperatureScaling.Fit(fit.Apply(reference.Student), reference.Labels).Temperature, 1e-8);
        Assert.True(fit.Apply(reference.Student).argmax(1).Equals(reference.Student.argmax(1)));
    }

    /// <summary>Logits (a, 0) with a right share r: the best T has σ(a/T) = r.</summary>
    [Fact]
    public void TwoClassesByHand()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new double[] { 4, 0 }).repeat(10, 1);
        var labels = tensor(new long[] { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1 });
        Assert.Equal(4 / Math.Log(4), TemperatureScaling.Fit(logits, labels).Temperature, 1e-9);
    }

    [Fact]
    public void StaysFiniteWhereEverySampleIsRightOrWrong()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new float[] { 3, 0, 0, 2 }, [2, 2]);
        // the colder the better, until nothing is left to gain
        var labels = tensor(new long[] { 0, 1 });
        var right = TemperatureScaling.Fit(logits, labels);
        Assert.InRange(right.Temperature, 0.01, 0.1);
        Assert.Equal(0, Scores.Nll(right.Apply(logits), labels), 1e-12);
        Assert.Equal(100, TemperatureScaling.Fit(logits, tensor(new long[] { 1, 0 })).Temperature, 1e-6);
        Assert.Equal(1, TemperatureScaling.Fit(zeros(2, 2), tensor(new long[] { 1, 0 })).Temperature);
    }

    [Fact]
    public void RefusesWhatHasNoTemperature()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new float[] { float.NaN, 0 }, [1, 2]);
        Assert.Contains("not finite",
            Assert.Throws<ArgumentException>(() => TemperatureScaling.Fit(logits, tensor(new long[] { 0 }))).Message);
        Assert.Throws<ArgumentException>(() => TemperatureScaling.Fit(zeros(2, 2), tensor(new long[] { 0 })));
    }

    [Fact]
    public void TheSurestAreKeptToTheLabel()
    {
        double[] trust = [0.5, 0.9, 0.5, 0.1, 0.5];
        Assert.Equal([true, true, false, false, false], SelectionQuality.Top(trust, 0.4));
        Assert.Equal(3, SelectionQuality.Top(trust, 0.5).Count(kept => kept)); // 2.5 labels
        Assert.All(SelectionQuality.Top(trust, 1), Assert.True);
        Assert.All(SelectionQuality.Top(trust, 0), Assert.False);
        Assert.Contains("outside 0 to 1",
            Assert.Throws<ArgumentOutOfRangeException>(() => SelectionQuality.Top(trust, 1.1)).Message);
    }
}
