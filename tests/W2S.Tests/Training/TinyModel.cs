using TorchSharp;
using TorchSharp.Modules;
using W2S.Data;
using W2S.Models;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Tests.Training;

/// <summary>A network of two convolutions that trains in milliseconds; with norms and dropout where asked.</summary>
/// <remarks>
/// Sixteen channels: libtorch 2.10 on some CPUs gives a wrong float32 gradient for the input of a dense k×k convolution
/// whose output channels are no multiple of 16.
/// </remarks>
internal sealed class TinyModel : ImageModel
{
    private readonly Conv2d stem, block;
    private readonly BatchNorm2d? norm;
    private readonly Dropout? dropout;
    private readonly Linear head;

    public TinyModel(int classes, long seed, bool norms = true, bool drops = false, int width = 16) : base("tiny")
    {
        _ = manual_seed(seed);
        stem = nn.Conv2d(3, width, 3, stride: 2, padding: 1);
        block = nn.Conv2d(width, width, 3, padding: 1);
        if (norms) norm = nn.BatchNorm2d(width);
        if (drops) dropout = nn.Dropout(0.2);
        head = nn.Linear(width, classes);
        RegisterComponents();
        Classes = classes;
    }

    public override int Classes { get; }

    /// <summary>Called before every pass in training mode.</summary>
    public Action? BeforePass { get; set; }

    public override int FeatureCount => (int)head.weight.shape[1];

    public override string HeadKey => "head";

    public override bool TakesChannelsLast => true;

    protected override ModelOutput Run(Tensor images)
    {
        if (training) BeforePass?.Invoke();
        var x = stem.call(images).relu();
        var y = block.call(x);
        if (norm is not null) y = norm.call(y);
        var map = y.add(x).relu();
        var pooled = map.mean([2, 3]);
        if (dropout is not null) pooled = dropout.call(pooled);
        var logits = head.call(pooled);
        return new ModelOutput(logits, pooled, [x, map]);
    }

    /// <summary>Coloured noise whose class is its brightest channel, and whether that is bright all over or in one
    /// half: learnable in seconds.</summary>
    public static ImageSet Pictures(int count, long seed, int side = 12, int classes = 6, bool noisy = false)
    {
        var random = new SeededRandom(seed);
        var bytes = new byte[count * 3 * side * side];
        var labels = new long[count];
        for (var image = 0; image < count; image++)
        {
            labels[image] = image % classes;
            for (var channel = 0; channel < 3; channel++)
            {
                for (var y = 0; y < side; y++)
                {
                    for (var x = 0; x < side; x++)
                    {
                        var bright = channel == labels[image] % 3 && (labels[image] < 3 || x < side / 2);
                        bytes[((image * 3 + channel) * side + y) * side + x] =
                            (byte)(random.Next(120) + (bright ? 120 : 0));
                    }
                }
            }
            if (noisy && random.NextBool(0.3)) labels[image] = random.Next(classes);
        }
        return new ImageSet("pictures", tensor(bytes, ScalarType.Byte).reshape(count, 3, side, side), labels,
            [.. Enumerable.Range(0, classes).Select(i => $"class {i}")]);
    }

    /// <summary>All weights and buffers as bytes, to compare bit for bit.</summary>
    public byte[] Bits()
    {
        using var scope = NewDisposeScope();
        return [.. state_dict().OrderBy(entry => entry.Key, StringComparer.Ordinal).SelectMany(
            entry => entry.Value.detach().contiguous().bytes.ToArray())];
    }
}
