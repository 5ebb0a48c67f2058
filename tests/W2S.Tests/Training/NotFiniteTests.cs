using TorchSharp;
using W2S.Data;
using W2S.Losses;
using W2S.Models.Weights;
using W2S.Tests.Data;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Tests.Training;

/// <summary>NaN and infinity are found at the step at which they arise, and the batch is kept.</summary>
[Collection(ProcessWide.Name)]
public sealed class NotFiniteTests
{
    // Cross entropy with the inverse of the weights: infinite for an image of weight 0.
    private sealed record Inverse : Loss
    {
        public override string Name => "Inverse";

        public override LossParts Compute(LossBatch batch) =>
            new CrossEntropy().Compute(batch with { Weights = batch.Weights!.reciprocal() });
    }

    // The sample weight of one image becomes infinite: its batch is step 1 + position / 8 of an unshuffled epoch.
    [Theory, InlineData(true), InlineData(false)]
    public void TheBadStepAndItsBatchAreNamed(bool everyStep)
    {
        using var folder = new TemporaryFolder();
        using var images = TinyModel.Pictures(64, 1);
        using var student = new TinyModel(6, 0);
        var weights = Enumerable.Repeat(1f, 64).ToArray();
        weights[42] = 0;
        var run = new TrainingRun(student, images, new Inverse())
        {
            Batches = new() { BatchSize = 8, Shuffle = false, Workers = 0 },
            Weights = weights,
            Options = new()
            {
                Epochs = 1,
                Folder = folder.Path,
                ReportEvery = 7,
                CheckpointEvery = 5,
                ChecksEveryStep = everyStep
            },
        };
        var error = Assert.Throws<NotFiniteException>(() => Trainer.Train(run));
        Assert.Equal(6, error.Step);
        Assert.Equal(Enumerable.Range(40, 8), error.Indices);
        Assert.Contains("step 6", error.Message);
        Assert.Contains("learning rate", error.Message);
        using var scope = NewDisposeScope();
        var kept = SafeTensorsFile.Read(error.BatchFile!);
        Assert.Equal([8L, 3, 12, 12], kept["images"].shape);
        Assert.Equal(images.Labels.Skip(40).Take(8), kept["labels"].data<long>().ToArray());
        if (everyStep)
        {
            Assert.StartsWith("the loss (labels) is not finite", error.Message);
            Assert.Contains("student_logits", kept.Keys);
            Assert.All(student.parameters(), parameter => Assert.True(parameter.isfinite().all().item<bool>()));
        }
        Assert.Equal("step-000000005", Path.GetFileName(Assert.Single(new CheckpointStore(folder.Path).Folders)));
    }

    [Fact]
    public void AFullDiskDoesNotHideTheFinding()
    {
        using var disk = SmallDisk.Mount(256);
        disk.Fill();
        using var images = TinyModel.Pictures(64, 1);
        using var student = new TinyModel(6, 0);
        var run = new TrainingRun(student, images, new Inverse())
        {
            Batches = new() { BatchSize = 64, Workers = 0 },
            Weights = [.. Enumerable.Repeat(0f, 64)],
            Options = new() { Folder = disk.Path },
        };
        Assert.Null(Assert.Throws<NotFiniteException>(() => Trainer.Train(run)).BatchFile);
    }

    [Fact]
    public void AGradientIsNamedByItsParameter()
    {
        using var images = TinyModel.Pictures(16, 1);
        using var student = new TinyModel(6, 0);
        var run = new TrainingRun(student, images,
            new BadGradient())
        { Batches = new() { BatchSize = 8, Workers = 0 } };
        var error = Assert.Throws<NotFiniteException>(() => Trainer.Train(run));
        Assert.Equal(1, error.Step);
        Assert.StartsWith("the gradient of ", error.Message);
        Assert.Contains(", total 0)", error.Message);
        Assert.Null(error.BatchFile);
    }

    [Fact]
    public void OutOfMemoryNamesTheNextSmallerBatch()
    {
        using var images = TinyModel.Pictures(16, 1);
        using var student = new TinyModel(6, 0);
        var run = new TrainingRun(student, images,
            new CrossEntropy())
        { Options = new() { Device = new torch.Device("cuda:0") } };
        var torchSays = new InvalidOperationException("CUDA out of memory. Tried to allocate 20.00 MiB");
        Assert.True(MemoryDiagnosis.RanOut(torchSays));
        Assert.False(
            MemoryDiagnosis.RanOut(new InvalidOperationException("mat1 and mat2 shapes cannot be multiplied")));
        var message = MemoryDiagnosis.For(run, torchSays).Message;
        Assert.Equal(
            "out of memory on cuda:0: tiny with batches of 128 images of 12×12; give batches of 64",
            message);
    }

    /// <summary>Zero with a gradient of 0·∞.</summary>
    private sealed record BadGradient : Loss
    {
        public override string Name => "bad";

        public override LossParts Compute(LossBatch batch)
        {
            var total = (batch.StudentLogits - batch.StudentLogits.detach()).abs().sqrt().sum();
            return new LossParts(total, [("root", total)]);
        }
    }
}
