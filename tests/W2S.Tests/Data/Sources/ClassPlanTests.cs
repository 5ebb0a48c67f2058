using W2S.Data;
using W2S.Data.Sources;

namespace W2S.Tests.Data.Sources;

public sealed class ClassPlanTests
{
    [Fact]
    public void CifarFsSplitsTheClassesAsPublished()
    {
        Assert.SkipWhen(DataFolder.Find(Cifar100.Folder) is null, DataFolder.Missing(Cifar100.Folder));
        var plan = ClassPlan.CifarFs(perClass: 3);

        using var seen = plan.Base.Read();
        using var unseen = plan.Unseen!.Read();
        var (validation, novel) = (plan.Validation.ReadLabels(), plan.Novel.ReadLabels());

        Assert.Equal(("CIFAR-FS", 64, 3 * 64, 100 * 64), (plan.Title, seen.Classes, seen.Count, unseen.Count));
        Assert.Equal(seen.ClassNames, unseen.ClassNames);
        Assert.Equal(100, seen.ClassNames.Concat(validation.ClassNames).Concat(novel.ClassNames).Distinct().Count());
        Assert.Equal(
            "beaver beetle butterfly camel cattle crab crocodile flatfish lamp maple_tree motorcycle otter sea shark "
            + "television tractor", string.Join(' ', validation.ClassNames));
        Assert.Equal(
            "baby bed bicycle chimpanzee fox leopard man pickup_truck plain poppy rocket rose snail sweet_pepper table "
            + "telephone wardrobe whale woman worm", string.Join(' ', novel.ClassNames));
        Assert.Equal(3 * 20, novel.Labels.Count);
    }
}
