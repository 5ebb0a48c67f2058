using System.Diagnostics;
using System.Runtime.InteropServices;
using TorchSharp;
using W2S.Data;
using W2S.Models;
using W2S.Models.Blocks;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>What a network says of a set of images, computed once.</summary>
/// <param name="Features">The pooled feature of each image, float32 [N, F].</param>
/// <param name="Logits">The logits of each image, float32 [N, C].</param>
public sealed record ImageFeatures(Tensor Features, Tensor Logits) : IDisposable
{
    /// <summary>How many images.</summary>
    public int Count => (int)Features.shape[0];

    /// <inheritdoc/>
    public void Dispose()
    {
        Features.Dispose();
        Logits.Dispose();
    }
}

/// <summary>Progress of a pass over images.</summary>
/// <param name="Done">Images seen.</param>
/// <param name="Total">Images in all.</param>
/// <param name="ImagesPerSecond">Speed so far.</param>
public sealed record ExtractionProgress(int Done, int Total, double ImagesPerSecond);

/// <summary>Runs a frozen network over images once and keeps features and logits.</summary>
/// <remarks>Norms are folded into the convolutions before them (<see cref="FoldedNorms"/>), and each core of the CPU
/// has batches of its own: numbers do not depend on how many there are.</remarks>
[Revision(2)] // norms folded in: rounding differs
public static class FeatureExtractor
{
    /// <summary>Computes features and logits in evaluation mode, without gradients; the model's mode is
    /// restored.</summary>
    /// <param name="model">The network.</param>
    /// <param name="images">The images, unaugmented.</param>
    /// <param name="batch">Images at a time, 1 or more, on each core of the CPU; default 256 on a GPU, and on
    /// the CPU 1,024 by their height: 32 of 32 pixels, 8 of 128.</param>
    /// <param name="progress">Hears after every batch, one at a time.</param>
    /// <param name="token">Stops the pass.</param>
    /// <returns>On the model's device, one row for each image; the caller disposes it.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batch"/> is not positive.</exception>
    /// <exception cref="InsufficientMemoryException">The device's memory does not suffice.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="token"/> was cancelled.</exception>
    public static ImageFeatures Compute(
        ImageModel model, ImageSet images, int? batch = null,
        IProgress<ExtractionProgress>? progress = null, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        var device = model.parameters().FirstOrDefault()?.device ?? CPU;
        var here = device.type == DeviceType.CPU;
        var size = batch ?? (here ? Math.Max(1, 1_024 / images.Height) : 256);
        if (size <= 0)
            throw new ArgumentOutOfRangeException(nameof(batch), batch,
                $"batch size {batch} is not positive; give 1 or more");
        var clock = Stopwatch.StartNew();
        var training = model.training;
        model.eval();
        using var scope = NewDisposeScope();
        using var folded = new FoldedNorms();
        var (gate, done) = (new Lock(), 0);
        try
        {
            var features = empty(images.Count, model.FeatureCount, ScalarType.Float32, device);
            var logits = empty(images.Count, model.Classes, ScalarType.Float32, device);
            var batches = (images.Count + size - 1) / size;
            ParallelWork.Each(batches, here ? ParallelWork.Count(batches) : 1, (index, _) =>
            {
                var (start, count) = (index * size, Math.Min(size, images.Count - index * size));
                using (NewDisposeScope())
                {
                    var bytes = images.Images.narrow(0, start, count).to(device);
                    var input = TorchNative.ChannelsLast(model.Normalization.Apply(bytes));
                    using var quiet = no_grad();
                    var output = model is AdaptedModel { ReadsMaps: true } ? model.ForwardFeatures(input)
                        : folded.Run(() => model.ForwardFeatures(input));
                    features.narrow(0, start, count).copy_(output.Pooled);
                    logits.narrow(0, start, count).copy_(output.Logits);
                }
                ProcessSettings.ReleaseMemory();
                lock (gate)
                {
                    done += count;
                    progress?.Report(
                        new ExtractionProgress(done, images.Count, done / clock.Elapsed.TotalSeconds));
                }
            }, token);
            features.DetachFromDisposeScope();
            logits.DetachFromDisposeScope();
            return new ImageFeatures(features, logits);
        }
        catch (ExternalException error) when (MemoryDiagnosis.RanOut(error))
        {
            throw MemoryDiagnosis.For(model, images, $"{size}",
                size > 1 ? $"give {size / 2} images at a time" : null, error);
        }
        finally
        {
            model.train(training);
        }
    }
}
