using TorchSharp;
using W2S.Models;
using static TorchSharp.torch;

namespace W2S.Tests.Models;

/// <summary>First weights come from torch's generator, which belongs to the process: another test would draw from it in
/// between.</summary>
[Collection(ProcessWide.Name)]
public sealed class ModelSeedTests
{
    [Fact]
    public void TheSameSeedGivesTheSameNetwork()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        using var first = ModelCatalogue.Create("mobilenet-v2", 10);
        manual_seed(5);
        using var second = ModelCatalogue.Create("mobilenet-v2", 10);
        foreach (var (key, value) in first.state_dict())
            Assert.True(value.Equals(second.state_dict()[key]), key);
    }

    [Fact]
    public void ASeedOfItsOwnDecidesTheWeightsAndLeavesTheGeneratorAlone()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        var expected = rand(3);
        manual_seed(5);
        using var first = ModelCatalogue.Create("resnet8", 10, seed: 7);
        Assert.True(expected.Equals(rand(3)));
        using var second = ModelCatalogue.Create("resnet8", 10, seed: 7);
        using var other = ModelCatalogue.Create("resnet8", 10, seed: 8);

        Assert.All(first.state_dict(),
            entry => Assert.True(entry.Value.Equals(second.state_dict()[entry.Key]), entry.Key));
        Assert.False(first.state_dict()["conv1.weight"].Equals(other.state_dict()["conv1.weight"]));
    }
}
