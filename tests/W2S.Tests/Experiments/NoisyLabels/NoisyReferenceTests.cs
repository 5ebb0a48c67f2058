using System.Globalization;
using W2S.Analysis;
using W2S.Data;
using W2S.Data.Noise;
using W2S.Data.Sources;
using W2S.Experiments;
using W2S.Losses.Distillation;
using W2S.Losses.WeakToStrong;
using W2S.Runs;
using W2S.Tests.Data;

namespace W2S.Tests.Experiments.NoisyLabels;

/// <summary>The noisy-label study gives the numbers that PyTorch gave for it: public networks, CIFAR-100 test images,
/// five splits each.</summary>
/// <remarks>The splits are others than the reference's, so cells are compared with the joint interval of both
/// means.</remarks>
public sealed class NoisyReferenceTests(ITestOutputHelper output)
{
    private const int Splits = 5;

    private static readonly ProbeMethod[] Methods =
    [
        ProbeMethod.WeakTeacher, ProbeMethod.StrongAlone,
        ProbeMethod.TeacherOnly(new WeakCrossEntropy()), new(new Kd()),
        new(new AdaptConf()), ProbeMethod.TeacherOnly(new AdaptConf()),
        ProbeMethod.Ceiling,
    ];

    /// <summary>Noise, rate; mean and standard deviation of each method by PyTorch, in percent.</summary>
    public static TheoryData<NoiseKind, double, string> Rows => new()
    {
        { NoiseKind.Symmetric, .2, "62.1 .6 67.4 .6 69.3 .5 69.0 .7 69.2 .7 69.6 .5 70.3 .5" },
        { NoiseKind.Symmetric, .5, "56.3 1.2 64.5 .8 66.6 1.1 66.9 .6 67.3 .7 67.8 1.2 70.3 .5" },
        { NoiseKind.Symmetric, .8, "37.2 1.1 50.2 1.6 50.3 1.5 54.1 1.8 58.5 1.8 52.7 2.5 70.3 .5" },
        { NoiseKind.Asymmetric, .4, "42.8 1.3 48.3 1.1 51.1 1.1 50.2 .9 51.6 1.0 54.9 1.0 70.3 .5" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void CellsLieNearThoseOfPyTorch(NoiseKind kind, double rate, string reference)
    {
        LongProofs.SkipUnlessWanted("about a minute a row");
        Assert.SkipWhen(DataFolder.Find("weights") is null, DataFolder.Missing("weights"));
        Assert.SkipWhen(DataFolder.Find(Cifar100.Folder) is null, DataFolder.Missing(Cifar100.Folder));
        using var folder = new TemporaryFolder();
        var run = new TrainProbe
        {
            Data = new DataPlan
            {
                Pool = new Cifar100Source(DataSplit.Test),
                Labelled = 8_000,
                Test = 2_000,
                Noise = new(kind, rate),
            },
            Weak = new PublicNetwork("cifar100_resnet20"),
            Strong = new PublicNetwork("cifar100_resnet56"),
            Method = ProbeMethod.StrongAlone,
        };
        var results =
            Grid.Run([.. Methods.SelectMany(
                method => Enumerable.Range(0, Splits).Select(split => run with { Method = method, Seed = split }))],
            new RunStore(folder.Path), token: TestContext.Current.CancellationToken);

        var theirs = reference.Split(' ').Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        var far = new List<string>();
        for (var k = 0; k < Methods.Length; k++)
        {
            var (mean, sd) = (theirs[2 * k], theirs[2 * k + 1]);
            var own = Statistics.OverSamples(
                [.. results.Skip(k * Splits).Take(Splits).Select(result => result["test accuracy"])]).Percent;
            var error = Math.Sqrt((sd * sd + own.Sd * own.Sd) / Splits);
            var line = $"{run.Data.Noise!.Name}, {results[k * Splits].Name}: {own} here, {mean} ± {sd} by PyTorch, "
                + "difference "
                + $"{own.Mean - mean:+0.0;−0.0}, joint 95 % interval ± {2.306 * error:F1}";
            output.WriteLine(line + (Math.Abs(own.Mean - mean) > 2.306 * error ? "  OUTSIDE" : ""));
            // Dozens of cells at 95 % would fail by chance; at 99.9 % (Student's t, 8 degrees of freedom) hardly one
            // does.
            if (Math.Abs(own.Mean - mean) > 5.041 * error) far.Add(line);
        }

        Assert.True(far.Count == 0, string.Join('\n', far));
    }
}
