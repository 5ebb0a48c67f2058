using TorchSharp;
using W2S.Data.Views;

namespace W2S.Data.Batches;

/// <summary>One run through a set: which positions in which order, from which step to which.</summary>
internal sealed record BatchPlan(
    int Height, int Width, BatchOptions Options, int[] Order, int Epoch, int Start, int End)
{
    public int[] Indices(int step)
    {
        var start = step * Options.BatchSize;
        return Order[start..Math.Min(start + Options.BatchSize, Order.Length)];
    }

    public ViewPlan Plan(int index) => ViewPlan.Draw(Options.Augmentation, Options.Seed, Epoch, index, Height, Width);

    public MixPlan? Mix(int step) => Options.Mixing?.Draw(Options.Seed, Epoch, step, Height, Width);
}

/// <summary>Makes the images of a plan's batches.</summary>
internal interface IBatchSource : IDisposable
{
    /// <returns>float32 [B, 3, H, W] of each step, which holds until the next is asked for.</returns>
    IEnumerable<torch.Tensor> Images(BatchPlan plan);
}
