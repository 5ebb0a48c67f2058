using System.Collections.Concurrent;
using TorchSharp;
using W2S.Models;
using static TorchSharp.torch;

namespace W2S.Data.Batches;

/// <summary>Images of batches, written by worker threads straight into reused tensors.</summary>
internal sealed unsafe class HostBatches : IBatchSource
{
    private readonly BatchOptions _options;
    private readonly Normalization _normalization;
    private readonly Tensor _images; // keeps the memory alive
    private readonly byte* _bytes;
    private readonly int _height;
    private readonly int _width;
    private readonly bool _copies;
    private readonly ConcurrentBag<BatchSlot[]> _rings = []; // what an enumeration works with; never shared by two
    private bool _disposed;

    /// <param name="set">The images.</param>
    /// <param name="options">How to serve them.</param>
    /// <param name="normalization">What the network expects.</param>
    /// <param name="copies">Whether each batch is copied to the device of the options.</param>
    public HostBatches(ImageSet set, BatchOptions options, Normalization normalization, bool copies)
    {
        (_options, _normalization, _copies) = (options, normalization, copies);
        (_height, _width) = (set.Height, set.Width);
        _images = set.Images.alias().DetachFromDisposeScope();
        using var head = _images.narrow(0, 0, 1);
        _bytes = (byte*)BatchSlot.Address(head);
    }

    public IEnumerable<Tensor> Images(BatchPlan plan)
    {
        var workers = _options.Workers;
        if (!_rings.TryTake(out var slots)) slots = NewRing(workers == 0 ? 1 : _options.Prefetch + 1);
        var prefetcher = workers == 0 ? null
            : new Prefetcher(plan.Start, plan.End, slots.Length, workers, step => Fill(slots, plan, step));
        try
        {
            for (var step = plan.Start; step < plan.End; step++)
            {
                if (prefetcher is null) Fill(slots, plan, step);
                else prefetcher.Take(step);
                using var rows = slots[step % slots.Length].Rows(plan.Indices(step).Length);
                using var copy = _copies
                    ? rows.to(_options.Device ?? CPU, copy: true).DetachFromDisposeScope() : null;
                yield return copy ?? rows;
            }
        }
        finally
        {
            prefetcher?.Dispose();
            if (_disposed) Free(slots);
            else _rings.Add(slots);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        while (_rings.TryTake(out var slots)) Free(slots);
        _images.Dispose();
    }

    // On a worker's thread: nothing but memory is touched.
    private void Fill(BatchSlot[] slots, BatchPlan plan, int step)
    {
        var slot = slots[step % slots.Length];
        var indices = plan.Indices(step);
        var size = 3 * _height * _width;
        for (var row = 0; row < indices.Length; row++)
        {
            var source = new ReadOnlySpan<byte>(_bytes + (long)indices[row] * size, size);
            slot.Painter.Paint(source, plan.Plan(indices[row]), slot.Pixels(row), _options.Augmentation.Erasing);
        }
        if (plan.Mix(step) is { } mix)
            BatchMixer.Apply(mix, slot, indices.Length, _height, _width, _options.ChannelsLast);
    }

    private BatchSlot[] NewRing(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => new BatchSlot(_options, _height, _width, _normalization))];

    private static void Free(BatchSlot[] slots)
    {
        foreach (var slot in slots) slot.Dispose();
    }
}
