using W2S.Models;
using W2S.Models.Weights;
using W2S.Tests.Data;
using static TorchSharp.torch;

namespace W2S.Tests.Models;

public sealed class VisionTransformerTests
{
    private static readonly VisionTransformerShape Shape = new(8, 4, 8, 12, 2);

    [Fact]
    public void StagesAreTheTokensAfterEveryQuarter()
    {
        using var scope = NewDisposeScope();
        using var model = new VisionTransformer("vit", Shape, 3);
        var output = model.ForwardFeatures(randn(2, 3, 8, 8));
        Assert.Equal(5, output.Stages.Count);
        Assert.All(output.Stages, stage => Assert.Equal([2L, 5, 8], stage.shape));
    }

    [Fact]
    public void MeanPoolingHasAnotherNorm()
    {
        using var model = new VisionTransformer("vit", Shape with { MeanPooling = true }, 3);
        Assert.Contains("fc_norm.weight", model.state_dict().Keys);
        Assert.DoesNotContain("norm.weight", model.state_dict().Keys);
    }

    // What MAE's pretrained file holds: an encoder with a norm of every token, and neither a head nor a norm after
    // pooling.
    [Fact]
    public void APretrainedEncoderGetsANewHeadAndANewNormAfterPooling()
    {
        using var scope = NewDisposeScope();
        using var encoder = new VisionTransformer("vit", Shape, 3);
        using var model = new VisionTransformer("vit", Shape with { MeanPooling = true }, 4);
        using var folder = new TemporaryFolder();
        var path = folder.At("encoder.safetensors");
        SafeTensorsFile.Write(path,
            encoder.state_dict().Where(entry => !entry.Key.StartsWith("head.", StringComparison.Ordinal))
                .ToDictionary(entry => entry.Key, entry => entry.Value));
        var norm = model.state_dict()["fc_norm.weight"].clone();

        Assert.Contains("fc_norm.weight", Assert.Throws<WeightFileException>(() => model.LoadWeights(path)).Message,
            StringComparison.Ordinal);
        var report = model.LoadWeights(path, keepHead: true);

        Assert.True(report.Complete);
        Assert.Equal(encoder.state_dict().Count - 4, report.Loaded); // all but norm and head
        Assert.Contains(report.Notes, note => note.Contains("'fc_norm' was left as it is", StringComparison.Ordinal));
        Assert.True(model.state_dict()["fc_norm.weight"].Equals(norm));
        Assert.All(model.state_dict().Where(
            entry => encoder.state_dict().ContainsKey(entry.Key)
                && !entry.Key.StartsWith("head.", StringComparison.Ordinal)),
            entry => Assert.True(entry.Value.Equals(encoder.state_dict()[entry.Key]), entry.Key));
    }

    [Fact]
    public void AFineTunedFileBringsItsNormAfterPooling()
    {
        using var scope = NewDisposeScope();
        using var tuned = new VisionTransformer("vit", Shape with { MeanPooling = true }, 3);
        using var model = new VisionTransformer("vit", Shape with { MeanPooling = true }, 4);
        using var folder = new TemporaryFolder();
        var path = folder.At("tuned.safetensors");
        using (no_grad()) tuned.state_dict()["fc_norm.weight"].fill_(2.5f);
        SafeTensorsFile.Write(path, tuned.state_dict());

        model.LoadWeights(path, keepHead: true);

        Assert.Equal(2.5f, model.state_dict()["fc_norm.weight"][0].item<float>());
    }
}
