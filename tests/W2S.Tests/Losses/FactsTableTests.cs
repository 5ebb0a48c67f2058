using TorchSharp;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Losses.WeakToStrong;
using W2S.Selection;
using static TorchSharp.torch;

namespace W2S.Tests.Losses;

/// <summary>Values computed once in pure-Python float64 for three samples: one agrees, one disagrees unsure, one
/// disagrees sure.</summary>
public sealed class FactsTableTests
{
    private static readonly double[][] Student = [[2, .5, -1, 0], [.1, .2, .3, .25], [-.5, 3, 1, 0]];
    private static readonly double[][] Teacher = [[1.5, 1, 0, -.5], [1, -1, 0, .5], [.2, .8, 2, -1]];
    private static readonly long[] Truth = [0, 2, 2];

    [Fact]
    public void CrossEntropyToTheLabels() =>
        Check(new CrossEntropy(), [1.279618], [.342350, 1.301498, 2.195007]);

    [Theory]
    [InlineData(1, .471562, .145856, .224106, 1.044724)]
    [InlineData(4, .477145, .197580, .282231, .951624)]
    [InlineData(10, .462801, .205873, .291370, .891159)]
    public void Kd(double temperature, double mean, double a, double b, double c) =>
        Check(new Kd { Temperature = temperature }.TeacherOnly(), [mean], [a, b, c]);

    [Theory]
    [InlineData(.15, .400828, .091943, 1.772389)]
    [InlineData(.5, .235781, .306476, 1.821875)]
    public void AugConf(double alpha, double teacher, double self, double total)
    {
        Check(new AugConf { Alpha = alpha, WarmUp = 0 }.TeacherOnly(), [teacher, self]);
        Check(new AugConf { Alpha = alpha, WarmUp = 0 }, [1.279618, teacher, self], total: total);
    }

    [Theory]
    [InlineData(.25, .310026, .000335, .423976, .191579, 1.895174)]
    [InlineData(.5, .401312, .017986, .411010, .232330, 1.922958)]
    [InlineData(1, .450166, .119203, .372113, .260103, 1.911835)]
    [InlineData(4, .487503, .377541, .279360, .293094, 1.852072)]
    [InlineData(8, .493750, .437823, .257900, .299723, 1.837241)]
    public void AdaptConf(double t, double beta2, double beta3, double teacher, double self, double total)
    {
        using var scope = NewDisposeScope();
        var parts = Check(new AdaptConf { BetaTemperature = t }, [1.279618, teacher, self], total: total);
        var beta = parts.Diagnostics.Single(x => x.Name == "beta").Value.ToArray();
        Assert.Equal([.5, beta2, beta3], beta, (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void AdaptConfHasTwoTemperatures() =>
        Check(new AdaptConf { Temperature = 10, BetaTemperature = .5 }, [1.279618, .384169, .232330]);

    [Theory]
    [InlineData(.5, 1.381826, .813052, 1.370699, 1.961727)]
    [InlineData(1, 1.319245, .813052, 1.365052, 1.779630)]
    public void AdaptConfAsPrinted(double t, double mean, double a, double b, double c) =>
        Check(W2S.Losses.WeakToStrong.AdaptConf.Paper with { BetaTemperature = t }, null, [a, b, c], mean);

    [Theory]
    [InlineData(1, 2, 1, .320738 + 2 * .312275)]
    [InlineData(1, 8, 4, .184771 + 8 * .426659)]
    [InlineData(1, 0, 1, .320738)]
    [InlineData(0, 1, 1, .312275)]
    public void Dkd(double alpha, double beta, double temperature, double mean) =>
        Check(new Dkd
        {
            Alpha = alpha,
            Beta = beta,
            Temperature = temperature,
            Target = DkdTarget.Labels,
            LabelWeight = 0
        }, [mean], tolerance: 5e-6);

    [Fact]
    public void ReverseKl() => Check(new ReverseKl(), [.440769], [.121665, .256950, .943691]);

    [Fact]
    public void Product() => Check(new ProductLoss(), [.949176], [.576699, 1.410108, .860722]);

    [Fact]
    public void LogConfidenceWithArgmax() =>
        Check(new LogConfidence { SelfLabel = SelfLabel.Argmax }, [1.088963], [.813052, 1.359292, 1.094547]);

    [Fact]
    public void RkdOnLogitsAsFeatures()
    {
        Check(new Rkd { LabelWeight = 0 }, [25 * .024642, 50 * .038155], total: 2.523811, tolerance: 4e-5);
        Check(new Rkd { LabelWeight = 0, DistanceWeight = 1, AngleWeight = 1 }, [.024642, .038155]);
    }

    /// <summary>With γ = 0, no penalty and a teacher that names the label, the type-II likelihood is left.</summary>
    [Fact]
    public void EvidentialOnLabels()
    {
        var loss = new Evidential { Gamma = 0, Penalty = 0 };
        var got = loss.Compute(
            new(Student.ToTensor())
            {
                TeacherLogits =
                HardLabels.Logits(tensor(Truth), 4, zeros(1, ScalarType.Float64))
            });
        Assert.Equal([.773190, 1.316614, 1.386294], got.PerSample!.ToArray(), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(1.158700, got.Total.ToDouble(), 1e-6);
    }

    /// <summary>β by (p_max, p_w) and T, from a student with three classes of which the third takes the rest.</summary>
    [Theory]
    [InlineData(.99, .001, 1, .0010)]
    [InlineData(.99, .001, 4, .1513)]
    [InlineData(.9, .05, .5, .0031)]
    [InlineData(.9, .05, 2, .1907)]
    [InlineData(.6, .3, .25, .0588)]
    [InlineData(.6, .3, 8, .4784)]
    [InlineData(.5, .45, .1, .2585)]
    [InlineData(.5, .45, 1, .4737)]
    public void BetaIsAFunctionOfTwoProbabilities(double pMax, double pWeak, double t, double beta)
    {
        using var scope = NewDisposeScope();
        var student = new double[][] { [Math.Log(pMax), Math.Log(pWeak), Math.Log(1 - pMax - pWeak)] }.ToTensor();
        var parts =
            new AdaptConf { BetaTemperature = t }
                .Compute(new(student) { TeacherLogits = new double[][] { [0, 1, 0] }.ToTensor() });
        Assert.Equal(beta, parts.Diagnostics.Single().Value.ToArray()[0], 5e-5);
    }

    private static LossParts Check(Loss loss, double[]? parts, double[]? samples = null, double? total = null,
        double tolerance = 1e-6)
    {
        var got = loss.Compute(new(Student.ToTensor())
        {
            TeacherLogits = Teacher.ToTensor(),
            Labels = tensor(Truth),
            TrueLabels = tensor(Truth),
            Epoch = 5,
            Epochs = 10,
            StudentFeatures = new(Student.ToTensor(), []),
            TeacherFeatures = new(Teacher.ToTensor(), []),
        });
        if (parts is not null)
            Assert.Equal(parts, got.Parts.Select(x => x.Value.ToDouble()), (a, b) => Math.Abs(a - b) < tolerance);
        if (samples is not null) Assert.Equal(samples, got.PerSample!.ToArray(), (a, b) => Math.Abs(a - b) < tolerance);
        Assert.Equal(total ?? parts!.Sum(), got.Total.ToDouble(), 3 * tolerance);
        return got;
    }
}
