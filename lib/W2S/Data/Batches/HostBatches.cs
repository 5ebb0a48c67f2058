using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using W2S.Data.Views;
using static TorchSharp.torch;

namespace W2S.Data.Batches;

/// <summary>Batches written by worker threads straight into reused tensors.</summary>
internal sealed unsafe class HostBatches : IBatchSource
{
    private readonly BatchOptions _options;
    private readonly Tensor _images; // keeps the memory alive
    private readonly byte* _bytes;
    private readonly int _height;
    private readonly int _width;
    private readonly bool _copies;
    private readonly ConcurrentBag<BatchBuffers> _buffers = [];
    private bool _disposed;

    /// <param name="set">The images.</param>
    /// <param name="options">How to serve them.</param>
    /// <param name="copies">Whether each batch is copied to the device of the options.</param>
    public HostBatches(ImageSet set, BatchOptions options, bool copies)
    {
        (_options, _height, _width, _copies) = (options, set.Height, set.Width, copies);
        _images = set.Images.alias().DetachFromDisposeScope();
        using var head = _images.narrow(0, 0, 1);
        _bytes = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(head.bytes));
    }

    public IEnumerable<Batch> Serve(BatchPlan course)
    {
        var ring = _options.Workers == 0 ? 1 : _options.Prefetch + 1;
        if (!_buffers.TryTake(out BatchBuffers bench)) bench = NewBuffers(ring);
        var slots = bench.Slots;
        var prefetcher = _options.Workers == 0
            ? null
            : new Prefetcher(course.Start, course.End, ring, _options.Workers, (step, slot, worker) => Fill(bench, course, step, slot, worker));
        try
        {
            for (var step = course.Start; step < course.End; step++)
            {
                if (prefetcher is null) Fill(bench, course, step, 0, 0);
                var slot = prefetcher?.Take(step) ?? 0;
                var indices = course.Indices(step);
                var (images, labels, partners) = slots.Rows(slot, indices.Length);
                if (_copies) (images, labels, partners) = (Move(images), Move(labels), Move(partners));
                var mix = slots.Plans[slot] is { } plan ? new BatchMix(plan.Lambda, partners) : null;
                try
                {
                    yield return new Batch(images, labels, indices, course.Epoch, step, course.View, mix);
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
            else _buffers.Add(bench);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        while (_buffers.TryTake(out BatchBuffers bench))
        {
            bench.Slots.Dispose();
        }
        _images.Dispose();
    }

    // On a worker's thread: nothing but memory is touched.
    private void Fill(BatchBuffers bench, BatchPlan course, int step, int slot, int worker)
    {
        var slots = bench.Slots;
        var indices = course.Indices(step);
        var labels = slots.Labels(slot, indices.Length);
        var size = 3 * _height * _width;
        for (var row = 0; row < indices.Length; row++)
        {
            var index = indices[row];
            var source = new ReadOnlySpan<byte>(_bytes + (long)index * size, size);
            bench.Painters[worker].Paint(source, course.Plan(index), slots.Pixels(slot, row), _options.Augmentation.Erasing);
            labels[row] = course.Labels[index];
        }
        var mix = course.Mix(step);
        if (mix is { } plan) BatchMixer.Apply(plan, slots, slot, indices.Length, _height, _width, _options.ChannelsLast);
        slots.Plans[slot] = mix;
    }

    private BatchBuffers NewBuffers(int ring)
    {
        var painters = new ViewPainter[Math.Max(1, _options.Workers)];
        for (var i = 0; i < painters.Length; i++)
        {
            painters[i] = new ViewPainter(_height, _width, _options.Normalization, _options.ChannelsLast);
        }
        return new BatchBuffers(new BatchSlots(ring, _options.BatchSize, _height, _width, _options.ChannelsLast), painters);
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
