using TorchSharp;
using W2S.Data;
using W2S.Data.Views;
using W2S.Losses;
using W2S.Losses.WeakToStrong;
using W2S.Models;
using W2S.Tests.Models;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Tests.Training;

/// <summary>The protocol on real images gives the figures that an independent implementation measured.</summary>
[Collection(ProcessWide.Name)]
public sealed class ProbeProtocolTests
{
    // CIFAR-100 test images, 20 super-classes, 2,000 labels: weak 69.5 ± .8, soft − weak 4.6 [4.0, 5.3], ceiling 77.8 ±
    // .7 over 5 splits.
    [Fact]
    public void AWeakTeacherRaisesAStrongerStudent()
    {
        var weakWeights = RealData.Data("weights", "cifar100_resnet20.pth");
        var strongWeights = RealData.Data("weights", "cifar100_resnet56.pth");
        var folder = Path.GetDirectoryName(RealData.Data(Cifar100.Folder, "test.bin"))!;
        using var scope = NewDisposeScope();
        using var images = Cifar100.Read(folder, DataSplit.Test, Cifar100Labels.Coarse);
        var (weakSide, strongSide) = (Features("resnet20", weakWeights), Features("resnet56", strongWeights));
        List<double> weak = [], soft = [], ceiling = [];
        for (var split = 0; split < 2; split++)
        {
            using var inner = NewDisposeScope();
            var parts = RandomSplit.Parts(images.Count, split, 4000, 4000, 2000);
            var truth = parts.Select(part => part.Select(i => images.Labels[i]).ToArray()).ToArray();
            var taught = parts[0][..2000];
            var options = new LinearProbeOptions { Seed = split };
            using var teacher =
                LinearProbe.Train(Rows(weakSide, taught), 20, new CrossEntropy(),
                    Supervision.ByLabels(truth[0][..2000]), options);
            var student = Rows(strongSide, parts[1]);
            using var pupil =
                LinearProbe.Train(student, 20, new WeakCrossEntropy(),
                    Supervision.ByTeacher(teacher.Logits(Rows(weakSide, parts[1]))), options);
            using var best =
                LinearProbe.Train(student, 20, new CrossEntropy(), Supervision.ByLabels(truth[1]), options);
            weak.Add(teacher.Accuracy(Rows(weakSide, parts[2]), truth[2]));
            soft.Add(pupil.Accuracy(Rows(strongSide, parts[2]), truth[2]));
            ceiling.Add(best.Accuracy(Rows(strongSide, parts[2]), truth[2]));
        }
        Assert.InRange(weak.Average(), 0.695 - 0.02, 0.695 + 0.02);
        Assert.InRange(ceiling.Average(), 0.778 - 0.02, 0.778 + 0.02);
        Assert.InRange(soft.Average() - weak.Average(), 0.02, 0.07);

        static Tensor Rows(ImageFeatures seen, int[] rows) => seen.Features.index_select(0, tensor(rows));

        ImageFeatures Features(string name, string weights)
        {
            using var model = ModelCatalogue.Create(name, 100);
            model.Normalization = Normalization.Cifar100;
            model.LoadWeights(weights);
            return FeatureExtractor.Compute(model, images);
        }
    }
}
