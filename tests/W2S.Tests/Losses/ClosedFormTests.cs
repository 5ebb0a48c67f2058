using TorchSharp;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Losses.NoisyLabels;
using W2S.Losses.WeakToStrong;
using static TorchSharp.torch;

namespace W2S.Tests.Losses;

/// <summary>A loss's own gradient in the logits, and its values, beside those of its graph.</summary>
public sealed class ClosedFormTests
{
    // Float32 beside float64: differences of probabilities near 1, times the temperature.
    private const double Tolerance = 2e-6;

    private static readonly Loss[] Further =
    [
        new Kd { Temperature = 4 },
        new Kd { Temperature = 10, LabelSmoothing = .2, LabelWeight = .3, DistillationWeight = 2 }.TeacherOnly(),
        new Kd { Temperature = 2, LabelSmoothing = .2, LabelWeight = .3, DistillationWeight = 2 },
        new WeakCrossEntropy(Hard: true) { LabelWeight = .5 },
        new AugConf { Temperature = 3, WeakTerm = WeakTerm.CrossEntropy }.TeacherOnly(),
        new AdaptConf { Temperature = 10, BetaTemperature = .25, WarmUp = .9 },
        new AdaptConf { BetaTemperature = 4 }.TeacherOnly(), new Bootstrapping { OwnShare = .5 },
        new Bootstrapping { OwnShare = .5, Detached = true }, new Bootstrapping(Hard: true) { Start = .9 },
        new LabelsAndTeacher(new Bootstrapping(Hard: true), new AdaptConf { Temperature = 2 }),
        new LabelsAndTeacher(new CrossEntropy { Smoothing = .1 }, new WeakCrossEntropy()),
        new LogConfidence { SelfLabel = SelfLabel.Argmax, WarmUp = .9 },
    ];

    public static TheoryData<string, bool, bool> Cases()
    {
        var data = new TheoryData<string, bool, bool>();
        foreach (var loss in All)
        {
            foreach (var soft in new[] { false, true })
            {
                foreach (var weighted in new[] { false, true }) data.Add(loss.ToString(), soft, weighted);
            }
        }
        return data;
    }

    private static IEnumerable<Loss> All =>
        LossCatalogue.Entries.Select(entry => entry.Loss).Concat(Further).Where(loss => loss.HasClosedForm);

    [Theory]
    [MemberData(nameof(Cases))]
    public void IsTheGraphs(string which, bool softLabels, bool weighted)
    {
        using var scope = NewDisposeScope();
        var loss = All.First(loss => loss.ToString() == which);
        foreach (var (classes, scale) in new[] { (2, 1.0), (7, 3.0), (8, .01), (20, 10.0), (41, 1.0) })
        {
            var batch = Draw(classes, scale, softLabels, weighted);
            var graph = loss.Compute(batch);
            graph.Total.backward();
            var closed = ClosedForm.Of(loss, batch);
            Near(closed.Gradient, batch.StudentLogits.grad!, $"{which}, {classes} classes at {scale}");
            foreach (var part in graph.Parts.GroupBy(part => part.Name))
            {
                var expected = part.Sum(x => x.Value.to_type(ScalarType.Float64).item<double>());
                Assert.Equal(expected, closed.Parts[part.Key], Tolerance * Math.Max(10, Math.Abs(expected)));
            }
            foreach (var (name, value) in graph.Diagnostics)
                Assert.Equal(value.to_type(ScalarType.Float64).mean().item<double>(), closed.Diagnostics[name], 1e-6);
        }
    }

    // What the pages train probes with must not fall back to the graph unnoticed.
    [Fact]
    public void TheUsualLossesHaveOne()
    {
        Loss[] usual =
        [
            new CrossEntropy(), new CrossEntropy { Smoothing = .1 }, new Kd(), new Kd { Temperature = 2 }.TeacherOnly(),
            new WeakCrossEntropy(), new WeakCrossEntropy(Hard: true), new AugConf().TeacherOnly(),
            new AdaptConf().TeacherOnly(), new AdaptConf(), AdaptConf.Paper,
            .. Enum.GetValues<BetaRule>().Select(rule => new AdaptConf { Rule = rule }), new Bootstrapping(),
            new Bootstrapping(Hard: true), new LabelsAndTeacher(new Bootstrapping(), new AdaptConf()),
        ];
        Assert.All(usual, loss => Assert.True(loss.HasClosedForm, loss.ToString()));
        Assert.False(new SmallLoss().HasClosedForm);
    }

    [Fact]
    public void ALossOfOnesOwnCanStateItsGradient()
    {
        using var scope = NewDisposeScope();
        var batch = Draw(5, 2, false, true);
        new Margin().Compute(batch).Total.backward();
        Near(ClosedForm.Of(new Margin(), batch).Gradient, batch.StudentLogits.grad!, "margin");
    }

    [Fact]
    public void ATeachersImpossibleClassAndEqualLogitsDoNoHarm()
    {
        using var scope = NewDisposeScope();
        var z = zeros(3, 4, ScalarType.Float64).requires_grad_();
        var teacher =
            tensor(new double[,] { { 0, 1, double.NegativeInfinity, 0 }, { 2, 2, 2, 2 }, { -1e4, 0, -1e4, -1e4 } });
        foreach (var loss in new Loss[] { new Kd(), new AdaptConf().TeacherOnly(), new AugConf().TeacherOnly(),
            new WeakCrossEntropy() })
        {
            var batch = new LossBatch(z) { TeacherLogits = teacher, Epoch = 1, Epochs = 2 };
            z.grad?.zero_();
            loss.Compute(batch).Total.backward();
            Near(ClosedForm.Of(loss, batch).Gradient, z.grad!, loss.Name);
        }
    }

    [Fact]
    public void ALabelThatIsNoClassIsNamed()
    {
        using var scope = NewDisposeScope();
        var batch = new LossBatch(zeros(3, 4)) { Labels = tensor(new long[] { 0, 1, 4 }) };
        Assert.Contains("Labels[2] is 4, outside 0 … 3",
            Assert.Throws<ArgumentException>(() => ClosedForm.Of(new CrossEntropy(), batch)).Message);
    }

    private static LossBatch Draw(int classes, double scale, bool softLabels, bool weighted)
    {
        using var generator = new Generator(5);
        const int samples = 19;
        // Such as float32 has, so that both see the same numbers.
        Tensor Normal() =>
            (randn([samples, classes], ScalarType.Float64, generator: generator) * scale).to_type(ScalarType.Float32)
                .to_type(ScalarType.Float64);
        var truth = randint(classes, samples, generator: generator);
        return new LossBatch(Normal().requires_grad_())
        {
            TeacherLogits = Normal(),
            Labels = softLabels ? rand([samples, classes], ScalarType.Float64, generator: generator).mul_(.3)
                : randint(classes, samples, generator: generator),
            TrueLabels = truth,
            Weights = weighted ? rand([samples], ScalarType.Float32, generator: generator) : null,
            TeacherWeights = weighted ? rand([samples], ScalarType.Float32, generator: generator).round() : null,
            Epoch = 2,
            Epochs = 10,
        };
    }

    private static void Near(Tensor got, Tensor expected, string what)
    {
        var difference =
            (got.to_type(ScalarType.Float64) - expected.to_type(ScalarType.Float64)).abs().max().item<double>();
        Assert.True(difference <= Tolerance, $"{what}: gradients differ by {difference}");
    }

    // ½(max z − z_y)².
    private sealed record Margin : Loss
    {
        public override string Name => "Margin";

        public override bool HasClosedForm => true;

        public override LossParts Compute(LossBatch batch)
        {
            var gap = batch.StudentLogits.amax([1])
                - batch.StudentLogits.gather(1, batch.Labels!.unsqueeze(1)).squeeze(1);
            var weights = batch.Weights!.to_type(gap.dtype);
            var total = (weights * gap * gap / 2).sum() / weights.sum();
            return new LossParts(total, [("margin", total)]);
        }

        protected internal override void Differentiate(LogitSample sample)
        {
            double gap = sample[sample.Top] - sample[sample.Label];
            sample.Add("margin", gap * gap / 2);
            sample.AddGradient(sample.Top, gap);
            sample.AddGradient(sample.Label, -gap);
        }
    }
}
