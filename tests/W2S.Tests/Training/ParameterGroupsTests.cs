using W2S.Models;
using W2S.Training;

namespace W2S.Tests.Training;

public sealed class ParameterGroupsTests
{
    [Fact]
    public void LayersOfATransformer()
    {
        var layers =
            ParameterGroups.Layers(
                ["cls_token", "pos_embed", "patch_embed.proj.weight", "blocks.0.norm1.weight",
                    "blocks.0.attn.qkv.weight",
            "blocks.1.mlp.fc1.bias", "norm.weight", "head.weight"], "vit");
        Assert.Equal([0, 0, 0, 1, 1, 2, 3, 3], layers.Values);
    }

    [Fact]
    public void LayersOfAResNet()
    {
        using var model = ModelCatalogue.Create("resnet20", 10);
        var layers = ParameterGroups.Layers([.. model.named_parameters().Select(p => p.name)], "resnet20");
        Assert.Equal(0, layers["conv1.weight"]);
        Assert.Equal(1, layers["layer1.0.conv1.weight"]);
        Assert.Equal(9, layers["layer3.2.bn2.bias"]);
        Assert.Equal(10, layers["fc.weight"]);
    }

    [Fact]
    public void RatesFallTowardsTheStemAndBiasesDoNotDecay()
    {
        using var model = ModelCatalogue.Create("resnet20", 10);
        var options = new TrainerOptions { LayerDecay = 0.5, Optimizer = new AdamW(1e-3) { WeightDecay = 0.05 } };
        var groups = ParameterGroups.Of(model, null, options).ToDictionary(p => p.Name);
        Assert.Equal(1, groups["fc.weight"].LearningRateScale);
        Assert.Equal(0.5, groups["layer3.2.conv1.weight"].LearningRateScale);
        Assert.Equal(Math.Pow(0.5, 10), groups["conv1.weight"].LearningRateScale, 12);
        Assert.Equal((0.05, 0.0, 0.0),
            (groups["fc.weight"].WeightDecay, groups["fc.bias"].WeightDecay, groups["bn1.weight"].WeightDecay));
        Assert.All(ParameterGroups.Of(model, null, options with { DecayBiasesAndNorms = true }),
            p => Assert.Equal(0.05, p.WeightDecay));
    }
}
