using TorchSharp;
using W2S.Data.Sources;
using W2S.Experiments.LabelChoice;
using static TorchSharp.torch;

namespace W2S.Tests.Experiments.LabelChoice;

/// <summary>Rules on four images of two classes, by hand; the validation labels are such that every temperature is
/// known.</summary>
public sealed class CastLogitsTests
{
    // Validation: logits ±a with 8 of 10 right, so that T = a / ln 4. Truth of the student's images: 0, 1, 0, 1.
    private static CastLogits Cast(bool secondIsBetter = false)
    {
        long[] labels = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 0, 1, 0];
        var logits = new Dictionary<string, Tensor>();
        Add("teacher0", 4, [3, 0, 0, 1, 0, 2, 0, 0.5f]);   // says 0 1 1 1
        Add("teacher1", 40, [0, 20, 9, 0, 8, 0, 0, 1]);   // says 1 0 0 1, ten times too loud
        Add("student", 4, [1, 0, 0, 1, 5, 0, 6, 0]);      // says 0 1 0 0
        // 9 of 10 right
        if (secondIsBetter)
            logits["teacher1/validation"] =
                cat([logits["teacher1/validation"][..9], tensor(new[] { 0f, 1 }).unsqueeze(0)]);
        logits["views"] =
            stack([logits["teacher0/student"], logits["teacher0/student"].flip(1), logits["teacher1/student"],
                logits["student/student"]]);
        return new CastLogits(new DataParts(Part(0, 0), Part(0, 10), Part(10, 14), Part(14, 15), ["no", "yes"]), 0,
            logits);

        DataPart Part(int from, int to) => new([.. Enumerable.Range(from, to - from)], labels[from..to]);

        void Add(string who, float loud, float[] says)
        {
            logits[$"{who}/validation"] = tensor(new[] { loud, 0 }).repeat(10, 1);
            logits[$"{who}/student"] = tensor(says, [4, 2]);
            logits[$"{who}/test"] = tensor(new[] { loud, 0 }, [1, 2]);
        }
    }

    private static long[] Labels(LabelRule rule)
    {
        using var scope = NewDisposeScope();
        return Cast().Label(rule).argmax(1).data<long>().ToArray();
    }

    [Fact]
    public void TemperaturesComeFromTheValidationLabels()
    {
        using var scope = NewDisposeScope();
        var cast = Cast();
        Assert.Equal(2, cast.Teachers);
        foreach (var (loud, scaling) in new[] { 4.0, 40, 4 }.Zip(cast.Scalings))
            Assert.Equal(loud / Math.Log(4), scaling.Temperature, 1e-5 * loud);
        Assert.Equal(0.8, cast.Of(1, ChoicePart.Test).softmax(1)[0, 0].item<float>(), 1e-5);
    }

    /// <summary>Raw, the loud second teacher wins each image but the last, where 1 beats ½; calibrated its logits count
    /// a tenth: 2 &lt; 3, 0.9 &lt; 1, 0.8 &lt; 2, 0.1 &lt; 0.5.</summary>
    [Fact]
    public void CalibrationDecidesWhoIsSurest()
    {
        Assert.Equal([1, 0, 0, 1], Labels(new(LabelSource.SurestTeacher)));
        Assert.Equal([0, 1, 1, 1], Labels(new(LabelSource.SurestTeacher) { Calibrated = true }));
        // the student's 5 and 6 beat 2 and ½
        Assert.Equal([0, 1, 0, 0], Labels(new(LabelSource.SurestOfAll) { Calibrated = true }));
    }

    [Fact]
    public void SourcesAreWhatTheySay()
    {
        Assert.Equal([0, 1, 1, 1], Labels(LabelRule.OneTeacher));
        Assert.Equal([0, 1, 0, 0], Labels(new(LabelSource.Student)));
        Assert.Equal([0, 1, 1, 1], Labels(new(LabelSource.BestTeacher))); // the first of equals
        using (NewDisposeScope())
            Assert.Equal([1, 0, 0, 1],
                Cast(secondIsBetter: true).Label(new(LabelSource.BestTeacher)).argmax(1).data<long>().ToArray());
        Assert.Equal([0, 1, 0, 1], Labels(new(LabelSource.AnyoneRight))); // somebody names each
        // equal accuracies: equal votes
        Assert.Equal([0, 1, 1, 1], Labels(new(LabelSource.VotesByAccuracy) { Calibrated = true }));
        Assert.Contains("true labels",
            Assert.Throws<ArgumentException>(() => Labels(new(LabelSource.Truth))).Message);
    }

    [Fact]
    public void TrustIsTheMeasuresByHand()
    {
        using var scope = NewDisposeScope();
        var cast = Cast();
        var labels = cast.Label(LabelRule.OneTeacher);
        double Sigmoid(double z) => 1 / (1 + Math.Exp(-z));
        double[] sure = [Sigmoid(3), Sigmoid(1), Sigmoid(2), Sigmoid(0.5)];
        Equal(sure, LabelOrder.MaxProbability);
        // itself; mirrored never; the second teacher on the last; the student on the first two
        Equal([0.5, 0.5, 0.25, 0.5], LabelOrder.ViewAgreement);
        Equal([sure[0], sure[1], 1 - sure[2], 1 - sure[3]], LabelOrder.TeacherLikelihood);
        var t = Math.Log(4) / 4;
        Equal([Sigmoid(1 * t), Sigmoid(1 * t), 1 - Sigmoid(5 * t), 1 - Sigmoid(6 * t)], LabelOrder.StudentLikelihood);
        Equal([1, 1, 0, 1], LabelOrder.Oracle);
        Assert.Equal([0.0, 1, 2, 3], cast.Trust(labels, LabelOrder.Random).Order().ToArray());

        void Equal(double[] expected, LabelOrder order)
        {
            foreach (var (a, b) in expected.Zip(cast.Trust(labels, order), (a, b) => (a, b))) Assert.Equal(a, b, 1e-5);
        }
    }
}
