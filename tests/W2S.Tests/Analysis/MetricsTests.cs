using TorchSharp;
using W2S.Analysis;
using static TorchSharp.torch;

namespace W2S.Tests.Analysis;

public sealed class MetricsTests : IDisposable
{
    private readonly MetricsReference reference = new();
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        reference.Dispose();
    }

    [Fact]
    public void Equal_the_reference_in_float64()
    {
        var (s, t, y) = (reference.Student, reference.Teacher, reference.Labels);
        Same("top1", Accuracy.Top1(s, y));
        Same("top3", Accuracy.TopK(s, y, 3));
        Same("nll", Scores.Nll(s, y));
        Same("brier", Scores.Brier(s, y));
        Same("ece_width", Calibration.EqualWidth(s, y).Ece);
        Same("ece_mass", Calibration.EqualMass(s, y).Ece);
        var agreement = Agreement.Of(s, t, y);
        Same("agreement", agreement.All);
        Same("agreement_right", agreement.TeacherRight);
        Same("agreement_wrong", agreement.TeacherWrong);
        var misfit = Misfit.Of(s, t, y);
        Same("misfit_forward", misfit.Forward);
        Same("misfit_reverse", misfit.Reverse);
        Same("gain", misfit.Gain);

        void Same(string name, double value) => Assert.Equal(reference.Number(name), value, 1e-12);
    }

    [Fact]
    public void Per_class_confusion_and_cells_equal_the_reference()
    {
        var confusion = Accuracy.Confusion(reference.Student, reference.Labels);
        var expected =
            reference["confusion"].EnumerateArray().SelectMany(row => row.EnumerateArray().Select(x => x.GetInt64()));
        Assert.Equal(expected, confusion.Cast<long>());
        var perClass = reference["per_class"].EnumerateArray().Select(x => x.GetDouble()).ToArray();
        Assert.All(Accuracy.PerClass(reference.Student, reference.Labels).Zip(perClass),
            pair => Assert.Equal(pair.Second, pair.First, 1e-12));
        var cells = CorrectnessCells.Of(reference.Student, reference.Teacher, reference.Labels);
        Assert.Equal(reference["cells"].EnumerateArray().Select(x => x.GetInt32()),
            Enum.GetValues<CorrectnessCell>().Select(cell => cells[cell]));
        Assert.Equal(
            Accuracy.Top1(reference.Student, reference.Labels) - Accuracy.Top1(reference.Teacher, reference.Labels),
            cells.Gain, 1e-12);
        Assert.Equal(Agreement.Of(reference.Student, reference.Teacher, reference.Labels).TeacherRight, 1 - cells.Lost,
            1e-12);
    }

    [Fact]
    public void Float32_logits_give_the_same_to_single_precision() =>
        Assert.Equal(reference.Number("nll"),
            Scores.Nll(reference.Student.to_type(ScalarType.Float32), reference.Labels), 1e-6);

    [Fact]
    public void Extreme_logits_stay_finite()
    {
        var z = tensor(new[] { 1e4, -1e4, 0, 0, 1e4, -1e4 }, [2, 3]);
        var y = tensor(new long[] { 1, 1 });
        Assert.Equal(1e4, Scores.Nll(z, y), 1e-6);
        Assert.Equal(1, Scores.Brier(z, y), 1e-12);
        Assert.Equal(.5, Calibration.EqualWidth(z, y).Ece, 1e-12);
        var misfit = Misfit.Of(z, z.neg(), y);
        Assert.True(double.IsFinite(misfit.Forward) && double.IsFinite(misfit.Reverse));
    }

    [Fact]
    public void Agreement_without_wrong_samples_has_no_number_there()
    {
        var z = tensor(new[] { 2.0, 1, 1, 2 }, [2, 2]);
        var agreement = Agreement.Of(z, z, tensor(new long[] { 0, 1 }));
        Assert.Equal(1, agreement.All);
        Assert.Equal(1, agreement.TeacherRight);
        Assert.True(double.IsNaN(agreement.TeacherWrong));
    }

    [Fact]
    public void Reliability_bins_hold_every_sample_once()
    {
        // By hand: (0, ½] holds .5 wrong; (½, 1] holds .6 right and 1 right. ECE = (1·.5 + 2·.2) / 3.
        var calibration = Calibration.EqualWidthBins([.5, .6, 1], [false, true, true], bins: 2);
        Assert.Equal([1, 2], calibration.Bins.Select(bin => bin.Count));
        Assert.Equal(.3, calibration.Ece, 1e-12);
        Assert.Equal(.5, calibration.Largest, 1e-12);
        Assert.Equal([2, 1],
            Calibration.EqualMassBins([.5, .6, 1], [false, true, true], bins: 2).Bins.Select(bin => bin.Count));
        Assert.Equal(3, Calibration.EqualMassBins([.5, .6, 1], [false, true, true], bins: 9).Bins.Count);
    }

    [Fact]
    public void Label_selection_by_hand()
    {
        var selection = SelectionQuality.Of([true, true, false, false], [true, false, false, false]);
        Assert.Equal((.5, .5, 0.0, .25),
            (selection.Coverage, selection.Accuracy, selection.DroppedAccuracy, selection.AllAccuracy));
        Assert.True(double.IsNaN(SelectionQuality.Of([false], [true]).Accuracy));
    }

    [Fact]
    public void Bad_input_is_named()
    {
        var z = zeros(2, 3);
        Assert.Contains("[2]",
            Assert.Throws<ArgumentException>(() => Accuracy.Top1(zeros(2), zeros(2, ScalarType.Int64))).Message);
        Assert.Contains("3, outside 0 … 2",
            Assert.Throws<ArgumentException>(() => Scores.Nll(z, tensor(new long[] { 0, 3 }))).Message);
        Assert.Contains("give 2 whole class numbers",
            Assert.Throws<ArgumentException>(() => Scores.Nll(z, zeros(3, ScalarType.Int64))).Message);
        Assert.Contains("k 4",
            Assert.Throws<ArgumentOutOfRangeException>(() => Accuracy.TopK(z, zeros(2, ScalarType.Int64), 4)).Message);
        Assert.Contains("teacher",
            Assert.Throws<ArgumentException>(() => Misfit.Of(z, zeros(2, 4), zeros(2, ScalarType.Int64))).Message);
    }
}
