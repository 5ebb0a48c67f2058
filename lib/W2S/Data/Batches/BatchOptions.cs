using TorchSharp;
using W2S.Data.Views;
using W2S.Torch;

namespace W2S.Data.Batches;

/// <summary>How a set is served in batches.</summary>
public sealed record BatchOptions
{
    /// <summary>The number of images of a batch.</summary>
    /// <value>128</value>
    public int BatchSize { get; init; } = 128;

    /// <summary>The run's seed; order and views take their own parts of it (<see cref="Seeds"/>).</summary>
    /// <value>0</value>
    public long Seed { get; init; }

    /// <summary>Whether each epoch has a random order of its own; else the set's order.</summary>
    /// <value>true</value>
    public bool Shuffle { get; init; } = true;

    /// <summary>Whether a last batch that is not full is left out.</summary>
    /// <value>false</value>
    public bool DropLast { get; init; }

    /// <summary>How random views are made.</summary>
    /// <value><see cref="W2S.Data.Views.Augmentation.None"/></value>
    public Augmentation Augmentation { get; init; } = Augmentation.None;

    /// <summary>Mixup or cutmix.</summary>
    /// <value>null: none</value>
    public MixOptions? Mixing { get; init; }

    /// <summary>Whether the images' memory has the channels innermost (the shape stays [B, 3, H, W]).</summary>
    /// <value>false</value>
    public bool ChannelsLast { get; init; }

    /// <summary>Threads that make batches ahead of the loop; 0 makes each when it is asked for. On the CPU only.
    /// Changes no pixel.</summary>
    /// <value>1</value>
    public int Workers { get; init; } = 1;

    /// <summary>Batches made ahead. Changes no pixel.</summary>
    /// <value>2</value>
    public int Prefetch { get; init; } = 2;

    /// <summary>Where the batches are wanted. On a device other than the CPU the whole set lies there as bytes and
    /// views are made there.</summary>
    /// <value>null: the CPU</value>
    public torch.Device? Device { get; init; }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(BatchSize);
        ArgumentOutOfRangeException.ThrowIfNegative(Workers);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Prefetch);
        ArgumentNullException.ThrowIfNull(Augmentation);
        Augmentation.Check();
        Mixing?.Check();
    }
}
