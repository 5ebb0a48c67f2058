using TorchSharp;
using W2S.Analysis;
using W2S.Data;
using W2S.Experiments;
using W2S.Losses;
using W2S.Losses.WeakToStrong;
using W2S.Runs;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Tests.Experiments;

/// <summary>The probe protocol gives the numbers that PyTorch gave for it: public networks, real images, five splits
/// each.</summary>
/// <remarks>The splits are others than the reference's, so cells are compared with the joint interval of both
/// means.</remarks>
public sealed class ProbeReferenceTests(ITestOutputHelper output)
{
    private const int Splits = 5;
    private static readonly string[] Columns = ["weak", "hard", "soft", "AdaptConf T=.5", "AdaptConf T=4",
        "few true labels", "ceiling"];

    /// <summary>Weak network, strong network, task, true labels; mean and standard deviation of each column by PyTorch,
    /// in percent.</summary>
    public static TheoryData<string, string, string, int, string> Rows => new()
    {
        { "cifar10_resnet20", "cifar100_resnet56", "eurosat", 50,
            "41.6 3.4 46.0 3.5 46.7 3.6 47.9 3.2 48.3 3.9 53.4 5.0 73.8 1.5" },
        { "cifar10_resnet20", "cifar100_resnet56", "eurosat", 200,
            "57.6 1.8 60.3 1.3 62.6 1.5 62.9 1.0 64.5 1.0 63.9 .9 73.8 1.5" },
        { "cifar10_resnet20", "cifar100_resnet56", "eurosat", 1000,
            "63.1 2.2 64.0 2.2 66.6 1.5 66.8 1.2 67.1 1.0 73.8 1.5 73.8 1.5" },
        { "cifar100_resnet20", "cifar10_resnet56", "eurosat", 200, "66.9 2.2 - - 60.2 2.5 - - - - - - 63.6 1.9" },
        { "cifar100_resnet20", "cifar100_resnet56", "coarse", 2000,
            "69.5 .8 73.1 1.0 74.1 .7 74.5 .3 74.7 .7 75.3 1.1 77.8 .7" },
        { "cifar100_resnet20", "cifar100_resnet56", "coarse", 4000,
            "71.9 .6 74.6 .6 75.8 .5 76.0 .6 76.1 .4 77.5 .9 77.8 .7" },
        { "cifar100_resnet20", "cifar100_resnet56", "fine", 2000,
            "57.8 .7 60.9 .5 63.3 .3 64.1 .4 64.8 .5 64.8 .3 68.6 .4" },
        { "cifar10_resnet20", "cifar100_resnet56", "coarse", 4000,
            "33.9 1.1 47.6 1.9 50.8 1.6 53.0 2.2 50.7 3.4 77.5 .9 77.8 .7" },
        { "cifar10_resnet20", "cifar100_resnet56", "fine", 4000,
            "18.1 .8 30.4 1.2 36.5 1.3 36.6 1.3 22.5 2.4 68.1 .6 68.6 .4" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void CellsLieNearThoseOfPyTorch(string weak, string strong, string task, int trueLabels, string reference)
    {
        LongProofs.SkipUnlessWanted("about a minute a row");
        Assert.SkipWhen(DataFolder.Find("weights") is null, DataFolder.Missing("weights"));
        using var scope = NewDisposeScope();
        using var images = Read(task);
        using var weakNetwork = FrozenNetwork.Public(weak);
        using var strongNetwork = FrozenNetwork.Public(strong);
        var (part, test) = task == "eurosat" ? (1_000, 1_000) : (4_000, 2_000);
        var study = new ProbeProtocol
        {
            TeacherImages = part,
            StudentImages = part,
            TestImages = test,
            TrueLabels = trueLabels,
            Probe = new LinearProbeOptions { Steps = task == "eurosat" ? 300 : 600 },
            Students =
            [
                ProbeStudent.Hard, ProbeStudent.Soft,
                new(new AdaptConf { BetaTemperature = .5 }.TeacherOnly()),
                new(new AdaptConf { BetaTemperature = 4 }.TeacherOnly()) { Variant = "T = 4" },
            ],
        }.Study(FrozenPair.Of(images, weakNetwork, strongNetwork), Splits,
        token: TestContext.Current.CancellationToken);

        RunSet[] ours = [study.In(Role.WeakTeacher), .. study.In(Role.Student).Methods, study.In(Role.FewTrueLabels),
            study.In(Role.Ceiling)];
        var theirs = reference.Split(' ');
        var far = new List<string>();
        for (var k = 0; k < Columns.Length; k++)
        {
            if (theirs[2 * k] == "-") continue;
            var (mean, sd) = (double.Parse(theirs[2 * k]), double.Parse(theirs[2 * k + 1]));
            var own = ours[k].Estimate().Percent;
            var error = Math.Sqrt((sd * sd + own.Sd * own.Sd) / Splits);
            var line = $"{weak} → {strong}, {task}, n = {trueLabels}, {Columns[k]}: {own} here, {mean} ± {sd} by "
                + "PyTorch, "
                + $"difference {own.Mean - mean:+0.0;−0.0}, joint 95 % interval ± {2.306 * error:F1}";
            output.WriteLine(line + (Math.Abs(own.Mean - mean) > 2.306 * error ? "  OUTSIDE" : ""));
            // Dozens of cells at 95 % would fail by chance; at 99.9 % (Student's t, 8 degrees of freedom) hardly one
            // does.
            if (Math.Abs(own.Mean - mean) > 5.041 * error) far.Add(line);
        }

        Assert.True(far.Count == 0, string.Join('\n', far));
    }

    private static ImageSet Read(string task)
    {
        if (task == "eurosat")
        {
            Assert.SkipWhen(DataFolder.Find("eurosat/EuroSAT_RGB") is null, DataFolder.Missing("eurosat"));
            return ImageFolder.Read(DataFolder.Require("eurosat/EuroSAT_RGB"), size: 32, name: "EuroSAT",
                perClass: 300);
        }
        Assert.SkipWhen(DataFolder.Find(Cifar100.Folder) is null, DataFolder.Missing(Cifar100.Folder));
        return Cifar100.Read(DataFolder.Require(Cifar100.Folder), DataSplit.Test,
            task == "fine" ? Cifar100Labels.Fine : Cifar100Labels.Coarse);
    }
}
