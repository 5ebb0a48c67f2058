using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace W2S.Data;

/// <summary>Serves a set in batches: ordered by a seed, augmented, normalised, ahead of the loop that uses them.</summary>
/// <remarks>
/// A view is a pure function of (seed, view number, position), the order of (seed, epoch), so that neither workers nor prefetch
/// nor where an epoch is entered change anything. On the CPU worker threads write views straight into reused tensors. On another device
/// the set lies there once and views come from batched operations with the same bits; colour jitter, policies and erasing
/// by noise are done on the CPU even then, and their batches copied.
/// </remarks>
public sealed unsafe class BatchLoader : IDisposable
{
    private readonly ImageSet _set;
    private readonly Tensor _images; // keeps the memory alive
    private readonly byte* _bytes;
    private readonly long[] _labels;
    private readonly TensorViews? _views;
    private readonly ConcurrentBag<Bench> _benches = [];
    private readonly bool _copies;
    private bool _disposed;

    /// <summary>Prepares to serve a set; takes no ownership of it, but keeps its pixels alive.</summary>
    /// <param name="set">The images.</param>
    /// <param name="options">How to serve them.</param>
    /// <exception cref="ArgumentException">The set is empty or an option is out of its range; the message says which.</exception>
    public BatchLoader(ImageSet set, BatchOptions options)
        : this(set, options, byTensors: options?.Device is { } device && device.type != DeviceType.CPU)
    {
    }

    internal BatchLoader(ImageSet set, BatchOptions options, bool byTensors)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        if (set.Count == 0) throw new ArgumentException($"{set.Name} has no images to serve", nameof(set));
        (_set, Options) = (set, options);
        _images = set.Images.alias().DetachFromDisposeScope();
        using (var head = _images.narrow(0, 0, 1))
        {
            _bytes = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(head.bytes));
        }
        _labels = [.. set.Labels];
        _copies = byTensors && !TensorViews.Covers(options.Augmentation);
        if (byTensors && !_copies) _views = new TensorViews(set, options.Normalization, options.Device ?? CPU);
    }

    /// <summary>How the set is served.</summary>
    public BatchOptions Options { get; }

    /// <summary>Batches an epoch.</summary>
    public int StepsPerEpoch => Options.DropLast ? _set.Count / Options.BatchSize : StepsInOrder;

    /// <summary>Batches of <see cref="InOrder"/>.</summary>
    public int StepsInOrder => (_set.Count + Options.BatchSize - 1) / Options.BatchSize;

    /// <summary>Serves one epoch.</summary>
    /// <param name="epoch">From 0.</param>
    /// <param name="startStep">The first step wanted, where a run is resumed within an epoch.</param>
    /// <returns>The batches from there to the end; each holds until the next is asked for.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The epoch is negative or the step outside 0 … <see cref="StepsPerEpoch"/>.</exception>
    public IEnumerable<Batch> Epoch(int epoch, int startStep = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        CheckStep(startStep, StepsPerEpoch);
        var order = Options.Shuffle
            ? Split.Permutation(_set.Count, Seeds.Derive(Seeds.Derive(Options.Seed, Seeds.Shuffling), epoch))
            : [.. Enumerable.Range(0, _set.Count)];
        var view = Options.Views is { } views ? epoch % views : epoch;
        return Serve(new Course(order, epoch, view, startStep, StepsPerEpoch, Options.Mixing));
    }

    /// <summary>Serves every image once in the set's order, unmixed: for evaluation, and to keep a teacher's outputs for one view of each.</summary>
    /// <param name="view">The number of the views: that of the epoch which shows them, or below <see cref="BatchOptions.Views"/>.</param>
    /// <param name="startStep">The first step wanted.</param>
    /// <returns>The batches; each holds until the next is asked for.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The view is negative or the step outside 0 … <see cref="StepsInOrder"/>.</exception>
    public IEnumerable<Batch> InOrder(int view = 0, int startStep = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(view);
        CheckStep(startStep, StepsInOrder);
        return Serve(new Course([.. Enumerable.Range(0, _set.Count)], 0, view, startStep, StepsInOrder, null));
    }

    /// <summary>Frees the buffers. No epoch may be under way.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        while (_benches.TryTake(out var bench))
        {
            bench.Slots.Dispose();
        }
        _views?.Dispose();
        _images.Dispose();
    }

    private IEnumerable<Batch> Serve(Course course) => _views is null ? ServeFromSlots(course) : ServeFromTensors(course);

    private IEnumerable<Batch> ServeFromSlots(Course course)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var ring = Options.Workers == 0 ? 1 : Options.Prefetch + 1;
        if (!_benches.TryTake(out var bench)) bench = NewBench(ring);
        var slots = bench.Slots;
        var prefetcher = Options.Workers == 0
            ? null
            : new Prefetcher(course.Start, course.End, ring, Options.Workers, (step, slot, worker) => Fill(bench, course, step, slot, worker));
        try
        {
            for (var step = course.Start; step < course.End; step++)
            {
                if (prefetcher is null) Fill(bench, course, step, 0, 0);
                var slot = prefetcher?.Take(step) ?? 0;
                var indices = Indices(course, step);
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
            else _benches.Add(bench);
        }
    }

    private IEnumerable<Batch> ServeFromTensors(Course course)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        for (var step = course.Start; step < course.End; step++)
        {
            var indices = Indices(course, step);
            var plans = indices.Select(index => Plan(course, index)).ToArray();
            var mix = course.Mixing?.Draw(Options.Seed, course.View, step, _set.Height, _set.Width);
            var classes = indices.Select(index => _labels[index]).ToArray();
            using var images = _views!.Make(indices, plans, mix, Options.ChannelsLast);
            using var labels = tensor(classes, device: Options.Device ?? CPU).DetachFromDisposeScope();
            using var partners = mix is null ? null : tensor(classes.Reverse().ToArray(), device: Options.Device ?? CPU).DetachFromDisposeScope();
            yield return new Batch(
                images, labels, indices, course.Epoch, step, course.View, mix is { } plan ? new BatchMix(plan.Lambda, partners!) : null);
        }
    }

    // On a worker's thread: nothing but memory is touched.
    private void Fill(Bench bench, Course course, int step, int slot, int worker)
    {
        var slots = bench.Slots;
        var indices = Indices(course, step);
        var labels = slots.Labels(slot, indices.Length);
        var size = 3 * _set.Height * _set.Width;
        for (var row = 0; row < indices.Length; row++)
        {
            var index = indices[row];
            var source = new ReadOnlySpan<byte>(_bytes + (long)index * size, size);
            bench.Painters[worker].Paint(source, Plan(course, index), slots.Pixels(slot, row), Options.Augmentation.Erasing);
            labels[row] = _labels[index];
        }
        var mix = course.Mixing?.Draw(Options.Seed, course.View, step, _set.Height, _set.Width);
        if (mix is { } plan) BatchMixer.Apply(plan, slots, slot, indices.Length, _set.Height, _set.Width, Options.ChannelsLast);
        slots.Plans[slot] = mix;
    }

    private ViewPlan Plan(Course course, int index) =>
        ViewPlan.Draw(Options.Augmentation, Options.Seed, course.View, index, _set.Height, _set.Width);

    private int[] Indices(Course course, int step)
    {
        var start = step * Options.BatchSize;
        return course.Order[start..Math.Min(start + Options.BatchSize, course.Order.Length)];
    }

    private Bench NewBench(int ring)
    {
        var painters = new ViewPainter[Math.Max(1, Options.Workers)];
        for (var i = 0; i < painters.Length; i++)
        {
            painters[i] = new ViewPainter(_set.Height, _set.Width, Options.Normalization, Options.ChannelsLast);
        }
        return new Bench(new BatchSlots(ring, Options.BatchSize, _set.Height, _set.Width, Options.ChannelsLast), painters);
    }

    private Tensor Move(Tensor tensor)
    {
        using (tensor)
        {
            return tensor.to(Options.Device ?? CPU, copy: true).DetachFromDisposeScope();
        }
    }

    private static void CheckStep(int step, int steps)
    {
        if (step < 0 || step > steps) throw new ArgumentOutOfRangeException("startStep", step, $"step is outside 0 … {steps}");
    }

    // What one enumeration works with; kept for the next one, never shared by two.
    private sealed record Bench(BatchSlots Slots, ViewPainter[] Painters);

    private sealed record Course(int[] Order, int Epoch, int View, int Start, int End, MixOptions? Mixing);
}
