using System.Runtime.InteropServices;
using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>Features brought to mean 0 and deviation 1, each row padded with zeros to whole vectors, for as many probes
/// as learn from them.</summary>
internal sealed unsafe class ProbeFeatures : IDisposable
{
    private readonly Tensor padded;
    private readonly float* start;
    private int users;

    /// <param name="features">float32 [N, F].</param>
    /// <param name="standardize">Whether they are changed at all.</param>
    /// <param name="users">How many will call <see cref="Release"/>.</param>
    public ProbeFeatures(Tensor features, bool standardize, int users)
    {
        this.users = users;
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var here = features.to(Devices.ForLosses(features.device)).detach();
        var (mean, deviation) = Statistics(here, standardize);
        Mean = mean.DetachFromDisposeScope();
        Deviation = deviation.DetachFromDisposeScope();
        // Kept as numbers: asking a tensor for its shape costs microseconds, and a step asks for every sample.
        (Count, Length) = ((int)here.shape[0], (int)here.shape[1]);
        Stride = ProbeKernel.Pad(Length);
        padded = zeros([Count, Stride], ScalarType.Float32, here.device);
        Standard = padded.narrow(1, 0, Length);
        Standard.copy_(here).sub_(mean).div_(deviation);
        padded.DetachFromDisposeScope();
        Standard.DetachFromDisposeScope();
        if (here.device.type == DeviceType.CPU)
            start = (float*)System.Runtime.CompilerServices.Unsafe.AsPointer(
                ref MemoryMarshal.GetReference(padded.bytes));
    }

    /// <summary>[F].</summary>
    public Tensor Mean { get; }

    /// <summary>[F].</summary>
    public Tensor Deviation { get; }

    /// <summary>[N, F].</summary>
    public Tensor Standard { get; }

    /// <summary>N.</summary>
    public int Count { get; }

    /// <summary>F.</summary>
    public int Length { get; }

    /// <summary>F up to whole vectors.</summary>
    public int Stride { get; }

    /// <summary>A sample's features, on the CPU.</summary>
    public float* Row(int sample) => start + (nint)sample * Stride;

    /// <summary>Frees them with the last user.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref users) == 0) Dispose();
    }

    public void Dispose()
    {
        Mean.Dispose();
        Deviation.Dispose();
        Standard.Dispose();
        padded.Dispose();
    }

    private static (Tensor Mean, Tensor Deviation) Statistics(Tensor features, bool standardize)
    {
        if (!standardize)
            return (zeros(features.shape[1], device: features.device),
                ones(features.shape[1], device: features.device));
        var mean = features.mean([0]);
        // A feature that never changes stays at 0 instead of becoming 0/0.
        var deviation = features.shape[0] == 1 ? ones_like(mean) : features.std(0);
        using var least = 1e-6.ToScalar();
        return (mean, deviation.clamp_min(least));
    }
}
