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
        Same("nll", Scores.Nll(s, y));
        Same("ece_width", Scores.CalibrationError(s, y));
        var misfit = Misfit.Of(s, t, y);
        Same("misfit_forward", misfit.Forward);
        Same("misfit_reverse", misfit.Reverse);
        Same("gain", misfit.Gain);

        void Same(string name, double value) => Assert.Equal(reference.Number(name), value, 1e-12);
    }

    [Fact]
    public void Cells_equal_the_reference()
    {
        var cells = CorrectnessCells.Of(
            CorrectnessCells.PerSample(reference.Student, reference.Teacher, reference.Labels));
        Assert.Equal(reference["cells"].EnumerateArray().Select(x => x.GetInt32()),
            Enum.GetValues<CorrectnessCell>().Select(cell => cells[cell]));
        Assert.Equal(
            Accuracy.Top1(reference.Student, reference.Labels) - Accuracy.Top1(reference.Teacher, reference.Labels),
            cells.Gain, 1e-12);
        Assert.Equal(reference.Number("agreement_right"), 1 - cells.Lost, 1e-12);
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
        Assert.Equal(.5, Scores.CalibrationError(z, y), 1e-12);
        var misfit = Misfit.Of(z, z.neg(), y);
        Assert.True(double.IsFinite(misfit.Forward) && double.IsFinite(misfit.Reverse));
    }

    [Fact]
    public void The_calibration_error_by_hand()
    {
        // Bins of a fifteenth: .59 is right and alone, .65 wrong and alone, .95 and 1 right and together.
        var p = tensor(new[] { .59, .41, .65, .35, .95, .05, 1, 0 }, [4, 2]);
        var error = Scores.CalibrationError(p.log(), tensor(new long[] { 0, 1, 0, 0 }));
        Assert.Equal((.41 + .65 + 2 * .025) / 4, error, 1e-12);
    }

    [Fact]
    public void Label_selection_by_hand()
    {
        var selection = SelectionQuality.Of([true, true, false, false], [true, false, false, false]);
        Assert.Equal((2, .5, .5), (selection.Kept, selection.Coverage, selection.Accuracy));
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
        Assert.Contains("teacher",
            Assert.Throws<ArgumentException>(() => Misfit.Of(z, zeros(2, 4), zeros(2, ScalarType.Int64))).Message);
    }
}
