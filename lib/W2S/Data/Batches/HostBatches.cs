using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using W2S.Data.Views;
using W2S.Models;
using static TorchSharp.torch;

namespace W2S.Data.Batches;

/// <summary>Batches written by worker threads straight into reused tensors.</summary>
internal sealed unsafe class HostBatches : IBatchSource
{
    private readonly BatchOptions _options;
    private readonly Normalization _normalization;
    private readonly Tensor _images; // keeps the memory alive
    private readonly byte* _bytes;
    private readonly int _height;
    private readonly int _width;
    private readonly bool _copies;
    private readonly ConcurrentBag<BatchBuffers> _buffers = [];
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
        _bytes = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(head.bytes));
    }

    public IEnumerable<Batch> Serve(BatchPlan plan)
    {
        var ring = _options.Workers == 0 ? 1 : _options.Prefetch + 1;
        if (!_buffers.TryTake(out var buffers)) buffers = NewBuffers(ring);
        var slots = buffers.Slots;
        var prefetcher = _options.Workers == 0
            ? null
            : new Prefetcher(plan.Start, plan.End, ring, _options.Workers,
                (step, slot, worker) => Fill(buffers, plan, step, slot, worker));
        try
        {
            for (var step = plan.Start; step < plan.End; step++)
            {
                if (prefetcher is null) Fill(buffers, plan, step, 0, 0);
                var slot = prefetcher?.Take(step) ?? 0;
                var indices = plan.Indices(step);
                var (images, labels, partners) = slots.Rows(slot, indices.Length);
                if (_copies) (images, labels, partners) = (Move(images), Move(labels), Move(partners));
                var mix = slots.Plans[slot] is { } mixing ? new BatchMix(mixing.Lambda, partners) : null;
                try
                {
                    yield return new Batch(images, labels, indices, plan.Epoch, step, mix);
                }
                finally
                {
                    images.Dispose();
                    labels.Dispose();
                    partners.Dispose();
                }
            }
        }
        finally
        {
            prefetcher?.Dispose();
            if (_disposed) slots.Dispose();
            else _buffers.Add(buffers);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        while (_buffers.TryTake(out var buffers))
        {
            buffers.Slots.Dispose();
        }
        _images.Dispose();
    }

    // On a worker's thread: nothing but memory is touched.
    private void Fill(BatchBuffers buffers, BatchPlan plan, int step, int slot, int worker)
    {
        var slots = buffers.Slots;
        var indices = plan.Indices(step);
        var labels = slots.Labels(slot, indices.Length);
        var size = 3 * _height * _width;
        for (var row = 0; row < indices.Length; row++)
        {
            var index = indices[row];
            var source = new ReadOnlySpan<byte>(_bytes + (long)index * size, size);
            buffers.Painters[worker]
                .Paint(source, plan.Plan(index), slots.Pixels(slot, row), _options.Augmentation.Erasing);
            labels[row] = plan.Labels[index];
        }
        var mix = plan.Mix(step);
        if (mix is { } mixing)
            BatchMixer.Apply(mixing, slots, slot, indices.Length, _height, _width, _options.ChannelsLast);
        slots.Plans[slot] = mix;
    }

    private BatchBuffers NewBuffers(int ring)
    {
        var painters = new ViewPainter[Math.Max(1, _options.Workers)];
        for (var i = 0; i < painters.Length; i++)
        {
            painters[i] = new ViewPainter(_height, _width, _normalization, _options.ChannelsLast);
        }
        return new BatchBuffers(new BatchSlots(ring, _options.BatchSize, _height, _width, _options.ChannelsLast),
            painters);
    }

    private Tensor Move(Tensor tensor)
    {
        using (tensor)
        {
            return tensor.to(_options.Device ?? CPU, copy: true).DetachFromDisposeScope();
        }
    }

    // What one enumeration works with; kept for the next one, never shared by two.
    private sealed record BatchBuffers(BatchSlots Slots, ViewPainter[] Painters);
}
