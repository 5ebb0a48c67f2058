using static TorchSharp.torch;

namespace W2S.Models.Blocks;

/// <summary>The channel shuffle of ShuffleNet: [g, C/g] channels become [C/g, g].</summary>
internal static class Shuffle
{
    /// <summary>A new tensor in the memory layout of <paramref name="x"/> (plain or channels last).</summary>
    public static Tensor Channels(Tensor x, int groups)
    {
        if (groups == 1)
            return x;
        var (batch, channels, height, width) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3]);
        using var scope = NewDisposeScope();
        var shuffled = x.stride(1) == 1 && channels > 1
            ? x.permute(0, 2, 3, 1).reshape(batch, height, width, groups, channels / groups).transpose(3, 4)
                .reshape(batch, height, width, channels).permute(0, 3, 1, 2)
            : x.reshape(batch, groups, channels / groups, height, width).transpose(1, 2).reshape(batch, channels,
                height, width);
        return shuffled.MoveToOuterDisposeScope();
    }
}
