using TorchSharp;
using W2S.Analysis;
using W2S.Data;
using W2S.Losses;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Tests.Analysis;

/// <summary>A tensor whose elements share memory (stride 0, or overlapping windows) counts as what it shows.</summary>
public sealed class ExpandedTensorTests
{
    [Fact]
    public void MetricsGiveWhatTheyGiveForACopy()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new[] { 0.1f, 2f, -1f }).expand(6, 3);
        var windows = tensor(new[] { 0.5f, -1f, 3f, 0f, 2f, 1f, -2f, 4f }).unfold(0, 3, 1);
        var labels = tensor(1L).expand(6);
        foreach (var input in new[] { logits, windows })
        {
            Assert.False(input.is_contiguous());
            Assert.Equal(Accuracy.Top1(input.clone(), labels.clone()), Accuracy.Top1(input, labels));
            Assert.Equal(Scores.CalibrationError(input.clone(), labels.clone()),
                Scores.CalibrationError(input, labels));
        }
    }

    [Fact]
    public void AProbeLearnsFromItAsFromACopy()
    {
        using var scope = NewDisposeScope();
        var features = tensor(new[] { 0f, 1, 0, 2, 5, 3, 1, 0, 4, 2 }).unfold(0, 3, 1);
        var options = new LinearProbeOptions { Steps = 5, BatchSize = 4 };
        using var one =
            LinearProbe.Train(features, 2, new CrossEntropy(), Supervision.ByLabels([0, 1, 0, 1, 0, 1, 0, 1]), options);
        using var other =
            LinearProbe.Train(features.clone(), 2, new CrossEntropy(), Supervision.ByLabels([0, 1, 0, 1, 0, 1, 0, 1]),
                options);
        Assert.True(one.Logits(features).Equals(other.Logits(features.clone())));
    }

    [Fact]
    public void ImagesMustLieInMemoryAsTheyAreAndTheCureIsNamed()
    {
        using var scope = NewDisposeScope();
        var images = zeros(1, 3, 4, 4, ScalarType.Byte).expand(2, 3, 4, 4);
        var error = Assert.Throws<ArgumentException>(() => new ImageSet("x", images, [0, 0], ["a"]));
        Assert.Contains("strides [0, 16, 4, 1]; give a contiguous tensor on the CPU: images.cpu().contiguous()",
            error.Message);
    }
}
