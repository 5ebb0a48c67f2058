using TorchSharp;
using W2S.Models;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Data.Batches;

/// <summary>Serves a set in batches: ordered by a seed, augmented, normalised, ahead of the loop that uses
/// them.</summary>
/// <remarks>
/// A view is a pure function of (seed, epoch, position), the order of (seed, epoch), so that neither workers nor
/// prefetch nor where an epoch is entered change anything. On the CPU worker threads write views straight into reused
/// tensors. On another device the set lies there once and views come from batched operations with the same bits;
/// erasing by noise is done on the CPU even then, and its batches copied.
/// </remarks>
internal sealed class BatchLoader : IDisposable
{
    private readonly int _height;
    private readonly int _width;
    private readonly long[] _labels;
    private readonly Device _device;
    private readonly IBatchSource _source;
    private bool _disposed;

    /// <summary>Prepares to serve a set; takes no ownership of it, but keeps its pixels alive.</summary>
    /// <param name="set">The images.</param>
    /// <param name="options">How to serve them.</param>
    /// <param name="normalization">What the network expects that sees them.</param>
    /// <param name="byTensors">Whether views come from batched operations; null where the device decides.</param>
    /// <exception cref="ArgumentException">The set is empty or an option is out of its range; the message says
    /// which.</exception>
    public BatchLoader(ImageSet set, BatchOptions options, Normalization normalization, bool? byTensors = null)
    {
        options.Check();
        if (set.Count == 0) throw new ArgumentException($"{set.Name} has no images to serve", nameof(set));
        (_height, _width, Options, _labels) = (set.Height, set.Width, options, [.. set.Labels]);
        _device = options.Device ?? CPU;
        var elsewhere = byTensors ?? _device.type != DeviceType.CPU;
        _source = elsewhere && TensorBatches.Covers(options.Augmentation)
            ? new TensorBatches(set, options, normalization)
            : new HostBatches(set, options, normalization, copies: elsewhere);
    }

    /// <summary>How the set is served.</summary>
    public BatchOptions Options { get; }

    /// <summary>The number of batches of an epoch.</summary>
    public int StepsPerEpoch =>
        (_labels.Length + (Options.DropLast ? 0 : Options.BatchSize - 1)) / Options.BatchSize;

    /// <summary>Serves one epoch.</summary>
    /// <param name="epoch">The number of the epoch, from 0.</param>
    /// <param name="startStep">The first step wanted, where a run is resumed within an epoch.</param>
    /// <returns>The batches from there to the end; each holds until the next is asked for.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The epoch is negative or the step outside 0 …
    /// <see cref="StepsPerEpoch"/>.</exception>
    public IEnumerable<Batch> Epoch(int epoch, int startStep = 0)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        if (startStep < 0 || startStep > StepsPerEpoch)
            throw new ArgumentOutOfRangeException(nameof(startStep), startStep,
                $"step {startStep} is outside 0 … {StepsPerEpoch}; give one of the epoch");
        var order = Options.Shuffle
            ? RandomSplit.Permutation(_labels.Length, Seeds.Derive(Seeds.Derive(Options.Seed, Seeds.Shuffling), epoch))
            : [.. Enumerable.Range(0, _labels.Length)];
        return Serve(new BatchPlan(_height, _width, Options, order, epoch, startStep, StepsPerEpoch));
    }

    /// <summary>Frees the buffers. No epoch may be under way.</summary>
    public void Dispose()
    {
        _disposed = true;
        _source.Dispose();
    }

    private IEnumerable<Batch> Serve(BatchPlan plan)
    {
        var step = plan.Start;
        foreach (var images in _source.Images(plan))
        {
            var indices = plan.Indices(step);
            var classes = indices.Select(index => _labels[index]).ToArray();
            using var labels = tensor(classes, device: _device).DetachFromDisposeScope();
            var mix = plan.Mix(step);
            using var partners = mix is null ? null
                : tensor(classes.Reverse().ToArray(), device: _device).DetachFromDisposeScope();
            yield return new Batch(images, labels, indices, plan.Epoch, step,
                mix is { } mixing ? new BatchMix(mixing.Lambda, partners!) : null);
            step++;
        }
    }
}
