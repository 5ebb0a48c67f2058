using TorchSharp;
using W2S.Analysis;
using W2S.Runs;
using static TorchSharp.torch;

namespace W2S.Tests.Runs;

public sealed class SamplePredictionsTests
{
    [Fact]
    public void MetricsFromPredictionsAreThoseFromLogits()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var (student, teacher) = (randn([500, 7], generator: generator), randn([500, 7], generator: generator));
        var labels = randint(0, 7, [500], generator: generator).to_type(ScalarType.Int64);
        var (s, t) = (SamplePredictions.Of(student, labels), SamplePredictions.Of(teacher, labels));

        Assert.Equal(Accuracy.Top1(student, labels), s.Accuracy, 1e-12);
        Assert.Equal(Scores.Nll(student, labels), s.MeanNll, 1e-3);
        Assert.Equal(student.argmax(1).eq(teacher.argmax(1)).to_type(ScalarType.Float64).mean().item<double>(),
            s.Agreement(t), 1e-12);
        Assert.Equal(CorrectnessCells.PerSample(student, teacher, labels), s.Cells(t));
        Assert.All(s.Confidence.Zip(Scores.Confidence(student)), pair => Assert.Equal(pair.Second, pair.First, 1e-3));
    }

    [Fact]
    public void PredictionsForOtherImagesAreRefused()
    {
        var some = new SamplePredictions([0, 1], [0, 0], [.5f, .5f], [1, 1]);

        Assert.Contains("for 2 images and the others for 1",
            Assert.Throws<ArgumentException>(() => some.Agreement(new([0], [0], [1], [1]))).Message);
    }
}
