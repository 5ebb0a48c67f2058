using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using W2S.Data.Views;
using W2S.Models;
using static TorchSharp.torch;

namespace W2S.Data.Batches;

/// <summary>Reused memory for the images of one batch on the CPU, and what paints into it.</summary>
internal sealed unsafe class BatchSlot : IDisposable
{
    private readonly Tensor _images;
    private readonly float* _pixels;
    private readonly int _values;

    public BatchSlot(BatchOptions options, int height, int width, Normalization normalization)
    {
        using var scope = NewDisposeScope();
        var memory = options.ChannelsLast ? empty(options.BatchSize, height, width, 3)
            : empty(options.BatchSize, 3, height, width);
        _pixels = (float*)Address(memory);
        // What is made of it keeps the memory alive.
        _images = (options.ChannelsLast ? memory.permute(0, 3, 1, 2) : memory.alias()).DetachFromDisposeScope();
        _values = 3 * height * width;
        Painter = new ViewPainter(height, width, normalization, options.ChannelsLast);
    }

    public ViewPainter Painter { get; }

    public Span<float> Pixels(int row) => new(_pixels + (long)row * _values, _values);

    /// <returns>The first rows, owned by the caller and in no dispose scope.</returns>
    public Tensor Rows(int count) => _images.narrow(0, 0, count).DetachFromDisposeScope();

    public void Dispose() => _images.Dispose();

    /// <summary>Where a tensor's memory begins, which does not move.</summary>
    public static void* Address(Tensor tensor) => Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
}
