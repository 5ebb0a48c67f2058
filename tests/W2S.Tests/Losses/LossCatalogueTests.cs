using W2S.Losses;
using W2S.Losses.WeakToStrong;

namespace W2S.Tests.Losses;

public sealed class LossCatalogueTests
{
    [Fact]
    public void HasEveryLossOnce()
    {
        var listed = LossCatalogue.Entries.Select(x => x.Loss.GetType()).ToHashSet();
        var all = typeof(Loss).Assembly.GetTypes().Where(x => x.IsSubclassOf(typeof(Loss)) && !x.IsAbstract);
        Assert.DoesNotContain(all, x => !listed.Contains(x));
        Assert.Equal(LossCatalogue.Entries.Count, LossCatalogue.Entries.Select(x => x.Loss).Distinct().Count());
    }

    [Fact]
    public void EveryRowIsComplete() => Assert.All(LossCatalogue.Entries, row =>
    {
        Assert.NotEmpty(row.Name);
        Assert.NotEmpty(row.Source);
        Assert.Equal(row.Formula.Count(x => x == '{'), row.Formula.Count(x => x == '}'));
        Assert.DoesNotContain("$", row.Formula);
        Assert.DoesNotContain("|", row.Formula); // it would end the cell of the table
    });

    [Fact]
    public void OptionsAreTheRecordsOwn()
    {
        var row = LossCatalogue.Entries.Single(x => x.Loss == new AugConf());
        Assert.Equal(
            "Alpha = 0.5, WarmUp = 0.3, Temperature = 1, WeakTerm = Divergence, LabelWeight = 1, DistillationWeight = "
            + "1, LabelSmoothing = 0", row.Options);
    }

    [Fact]
    public void FamiliesComeInOrder()
    {
        string[] families = ["labels", "noisy labels", "distillation", "weak to strong", "control"];
        Assert.Equal(families, LossCatalogue.Entries.Select(row => row.Family).Distinct());
    }
}
