using W2S.Torch;

namespace W2S.Data.Views;

/// <summary>All that chance decides about one view of one image.</summary>
internal readonly record struct ViewPlan
{
    /// <summary>The part of the image that is shown; with padding it may reach beyond, where all is black.</summary>
    public (int Top, int Left, int Height, int Width) Part { get; init; }

    public bool Flip { get; init; }

    /// <summary>Of no height where nothing is erased.</summary>
    public (int Top, int Left, int Height, int Width) Erased { get; init; }

    /// <summary>Of the noise that fills the erased part.</summary>
    public long NoiseSeed { get; init; }

    /// <summary>A pure function of its arguments: neither the order of the calls nor the number of threads changes a
    /// view.</summary>
    public static ViewPlan Draw(Augmentation augmentation, long seed, long view, int index, int height, int width)
    {
        if (!augmentation.IsRandom) return new() { Part = (0, 0, height, width) };
        var own = Seeds.Derive(Seeds.Derive(Seeds.Derive(seed, Seeds.Augmentation), view), index);
        var random = new SeededRandom(own);
        var part = (0, 0, height, width);
        if (augmentation.Padding > 0)
        {
            var shift = 2 * augmentation.Padding + 1;
            part = (random.Next(shift) - augmentation.Padding, random.Next(shift) - augmentation.Padding, height,
                width);
        }
        if (augmentation.ResizedCrop is { } crop) part = crop.Draw(ref random, height, width);
        var flip = augmentation.Flip && random.NextBool();
        var erased = augmentation.Erasing?.Draw(ref random, height, width) ?? default;
        return new() { Part = part, Flip = flip, Erased = erased, NoiseSeed = Seeds.Derive(own, "erasing") };
    }
}
