namespace W2S.Data.Views;

/// <summary>How random views of an image are made; the steps follow each other in the order of the members.</summary>
public sealed record Augmentation
{
    /// <summary>The image as it is.</summary>
    public static Augmentation None { get; } = new();

    /// <summary>The usual one for CIFAR: four black pixels of padding, a random crop, a flip of every other
    /// image.</summary>
    public static Augmentation Standard { get; } = new() { Padding = 4, Flip = true };

    /// <summary>Black pixels added at each side before a random crop of the image's own size.</summary>
    /// <value>0: no crop</value>
    public int Padding { get; init; }

    /// <summary>A random part, enlarged to the image's size, instead of padding and crop.</summary>
    /// <value>null: none</value>
    public RandomResizedCrop? ResizedCrop { get; init; }

    /// <summary>Whether every other image, by chance, is mirrored left to right.</summary>
    /// <value>false</value>
    public bool Flip { get; init; }

    /// <summary>A random rectangle blotted out, after normalisation.</summary>
    /// <value>null: none</value>
    public RandomErasing? Erasing { get; init; }

    /// <summary>Whether views are random at all.</summary>
    public bool IsRandom => this != None;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Padding);
        if (Padding > 0 && ResizedCrop is not null)
        {
            throw new ArgumentException("padding and a resized crop exclude each other; give one of them");
        }
        ResizedCrop?.Check();
        Erasing?.Check();
    }
}
