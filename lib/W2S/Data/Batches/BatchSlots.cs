using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace W2S.Data.Batches;

/// <summary>Reused memory for some batches on the CPU.</summary>
internal sealed unsafe class BatchSlots : IDisposable
{
    private readonly Tensor[] _memory;
    private readonly Tensor[] _images;
    private readonly Tensor[] _labels;
    private readonly Tensor[] _partners;
    private readonly nint[] _pixels;
    private readonly nint[] _classes;
    private readonly nint[] _partnerClasses;
    private readonly int _values;

    public BatchSlots(int count, int batchSize, int height, int width, bool channelsLast)
    {
        using var scope = NewDisposeScope();
        _values = 3 * height * width;
        (_memory, _images, _labels,
            _partners) = (new Tensor[count], new Tensor[count], new Tensor[count], new Tensor[count]);
        (_pixels, _classes, _partnerClasses,
            Plans) = (new nint[count], new nint[count], new nint[count], new MixPlan?[count]);
        for (var i = 0; i < count; i++)
        {
            _memory[i] =
                (channelsLast ? empty(batchSize, height, width, 3) : empty(batchSize, 3, height, width))
                    .DetachFromDisposeScope();
            _images[i] = (channelsLast ? _memory[i].permute(0, 3, 1, 2) : _memory[i].alias()).DetachFromDisposeScope();
            _labels[i] = empty(batchSize, ScalarType.Int64).DetachFromDisposeScope();
            _partners[i] = empty(batchSize, ScalarType.Int64).DetachFromDisposeScope();
            (_pixels[i], _classes[i],
                _partnerClasses[i]) = (Address(_memory[i]), Address(_labels[i]), Address(_partners[i]));
        }
    }

    /// <summary>How each slot's batch was mixed.</summary>
    public MixPlan?[] Plans { get; }

    public Span<float> Pixels(int slot, int row) => new((float*)_pixels[slot] + (long)row * _values, _values);

    public Span<long> Labels(int slot, int count) => new((void*)_classes[slot], count);

    public Span<long> Partners(int slot, int count) => new((void*)_partnerClasses[slot], count);

    /// <returns>The first rows of a slot, owned by the caller and in no dispose scope.</returns>
    public (Tensor Images, Tensor Labels, Tensor Partners) Rows(int slot, int count) => (
        _images[slot].narrow(0, 0, count).DetachFromDisposeScope(),
        _labels[slot].narrow(0, 0, count).DetachFromDisposeScope(),
        _partners[slot].narrow(0, 0, count).DetachFromDisposeScope());

    public void Dispose()
    {
        foreach (var tensor in _images.Concat(_memory).Concat(_labels).Concat(_partners))
        {
            tensor.Dispose();
        }
    }

    // Tensor memory does not move.
    private static nint Address(Tensor tensor) =>
        (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
}
