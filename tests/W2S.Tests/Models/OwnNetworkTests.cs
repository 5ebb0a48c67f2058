using TorchSharp;
using W2S.Data.Batches;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Models;
using W2S.Runs;
using W2S.Tests.Training;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Tests.Models;

/// <summary>Any module that maps images to logits is a network, and a record that makes one is a source.</summary>
[Collection(ProcessWide.Name)]
public sealed class OwnNetworkTests
{
    private static readonly Normalization Own = new((0.4f, 0.5f, 0.6f), (0.1f, 0.2f, 0.3f));

    [Fact]
    public void AModuleLearnsFromAModuleOfAnotherInputConvention()
    {
        using var images = TinyModel.Pictures(96, 1);
        using var weak = ImageModel.From(Plain(images.Classes), images.Classes, Own, "weak");
        using var student = ImageModel.From(Encoder(8), nn.Linear(8, images.Classes));
        using var scope = NewDisposeScope();
        using var before = student.call(images.Images).detach();
        var result = Trainer.Train(new TrainingRun(student, images, new Kd())
        {
            Teacher = weak,
            Validation = images,
            Batches = new BatchOptions { BatchSize = 24, Workers = 0 },
            Options = new() { Epochs = 2, Optimizer = new Sgd(0.05) },
        });
        Assert.Equal(Evaluator.Evaluate(weak, images).Top1, result.History[^1].Accuracies["teacher"]);
        Assert.False(before.Equals(student.call(images.Images)));
        using var seen = FeatureExtractor.Compute(student, images);
        Assert.Equal([96L, 8], seen.Features.shape);
        Assert.True(seen.Logits.allclose(student.call(student.Normalization.Apply(images.Images)), atol: 1e-5));
    }

    [Fact]
    public void BytesAreNormalisedByTheModelAndOtherInputIsConverted()
    {
        using var images = TinyModel.Pictures(6, 2);
        using var model = ImageModel.From(Plain(6), 6, Own);
        using var scope = NewDisposeScope();
        Assert.Equal("Sequential", model.ModelName);
        var expected = model.call(Own.Apply(images.Images));
        Assert.True(expected.Equals(model.call(images.Images)));
        var others = Normalization.Cifar100.Apply(images.Images);
        Assert.True(Own.Apply(images.Images).allclose(Normalization.Cifar100.Convert(others, Own), atol: 1e-5));
        Assert.Same(others, Normalization.Cifar100.Convert(others, Normalization.Cifar100));
    }

    [Fact]
    public void AnEncodersHeadIsExchangedAndAPlainModuleHasNone()
    {
        using var model = ImageModel.From(Encoder(8), nn.Linear(8, 3), name: "own");
        model.ReplaceHead(5);
        Assert.Equal((5, 8, "head", "own"), (model.Classes, model.FeatureCount, model.HeadKey, model.ModelName));
        using var plain = ImageModel.From(Plain(6), 6);
        Assert.Equal((6, 6), (plain.Classes, plain.FeatureCount));
        Assert.Throws<NotSupportedException>(() => plain.ReplaceHead(5));
    }

    [Fact]
    public void AModuleOfAnotherShapeIsRefusedByName()
    {
        using var model = ImageModel.From(Plain(6), 5);
        using var images = TinyModel.Pictures(4, 2);
        Assert.Equal("the module gives [4, 6] for images [4, 3, 12, 12]; give one whose logits are [4, 5], a row for "
            + "each image", Assert.Throws<ArgumentException>(() => model.call(images.Images)).Message);
        using var encoder = ImageModel.From(Encoder(8), nn.Linear(9, 5));
        Assert.Contains("whose features are [4, 9]",
            Assert.Throws<ArgumentException>(() => encoder.call(images.Images)).Message);
    }

    [Fact]
    public void ASourceMakesTheSameNetworkFromTheSameSeedAndLeavesTheGenerator()
    {
        using var scope = NewDisposeScope();
        _ = manual_seed(5);
        var untouched = rand(3);
        _ = manual_seed(5);
        foreach (NetworkSource source in new NetworkSource[] { new OwnSource(8), new CatalogueNetwork("resnet8") })
        {
            using ImageModel first = source.Create(4, 1), same = source.Create(4, 1), other = source.Create(4, 2);
            Assert.True(Bits(first).SequenceEqual(Bits(same)));
            Assert.False(Bits(first).SequenceEqual(Bits(other)));
            Assert.Equal(4, first.Classes);
            Assert.Null(source.Seen);
            Assert.Throws<ArgumentOutOfRangeException>(() => source.Create(0, 1));
        }
        Assert.True(untouched.Equals(rand(3)));
        using var made = new CatalogueNetwork("resnet8") { Normalization = Own }.Create(4, 1);
        Assert.Equal(Own, made.Normalization);
    }

    [Fact]
    public void ASourceBelongsToTheRecordOfARun()
    {
        var run = new Study(new OwnSource(8));
        Assert.NotEqual(run.Hash, new Study(new OwnSource(9)).Hash);
        Assert.NotEqual(run.Hash, new Study(new CatalogueNetwork("resnet8")).Hash);
        Assert.Equal(run.Hash, new Study(new OwnSource(8)).Hash);
        Assert.Contains(run.Record["code"]!.AsArray(),
            line => $"{line}".StartsWith("OwnSource, code", StringComparison.Ordinal));
    }

    private static nn.Module<Tensor, Tensor> Plain(int classes) =>
        nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(12, classes));

    private static nn.Module<Tensor, Tensor> Encoder(int features) =>
        nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(12, features), nn.ReLU());

    private static byte[] Bits(ImageModel model) =>
        [.. model.state_dict().Values.SelectMany(weight => weight.detach().contiguous().bytes.ToArray())];

    private sealed record OwnSource(int Width) : NetworkSource
    {
        public override string Title => $"own network of width {Width}";

        protected override ImageModel Make(int classes) =>
            ImageModel.From(Encoder(Width), nn.Linear(Width, classes), Own);
    }

    private sealed record Study(NetworkSource Network) : Experiment
    {
        public override string Kind => "study";

        public override RunFacets Facets => new() { Scenario = "study", Data = "" };

        public override double TestPerTrain => 0;

        public override long Seed { get; init; }

        protected internal override RunOutcome Run(RunContext context) => throw new NotSupportedException();
    }
}
