using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Data.Corruptions;

/// <summary>How an image is spoilt.</summary>
public enum CorruptionKind
{
    /// <summary>Normal noise on every value.</summary>
    GaussianNoise,

    /// <summary>A lens out of focus: each pixel becomes the mean of a disc.</summary>
    DefocusBlur,

    /// <summary>Values are drawn towards the image's mean of their channel.</summary>
    Contrast,

    /// <summary>The image is stored as JPEG and read again.</summary>
    Jpeg,
}

/// <summary>A common corruption of images at one of five severities: the same labels, another kind of image.</summary>
/// <remarks>
/// <para>Hendrycks and Dietterich, ICLR 2019 (arXiv 1903.12261), with the constants that were published for images of
/// 64 pixels (hendrycks/robustness, <c>make_tinyimagenet_c.py</c>); on other sizes the same severity is milder or
/// harsher. For x = byte/255, values cut to 0 … 1 at the end:</para>
/// <para>Gaussian noise x + σ·N(0, 1), σ = .04, .08, .12, .15, .18. Defocus blur by a disc of radius .5, 1, 1.5, 2.5, 3
/// pixels, its rim softened by a 3×3 Gaussian of σ = .6, .1, .1, .01, .1; beyond its border an image is mirrored.
/// Contrast (x − m)·c + m, m the mean of the image's channel, c = .4, .3, .2, .1, .05. JPEG of quality 65, 58, 50, 40,
/// 25 by SkiaSharp.</para>
/// <para>Results are bytes, cut off and not rounded, as published. The published sets were stored once more as JPEG of
/// quality 85; here they are not.</para>
/// </remarks>
/// <param name="Kind">How.</param>
/// <param name="Severity">1 … 5, or 0: the image as it is.</param>
public sealed record Corruption(CorruptionKind Kind, int Severity)
{
    /// <summary>The largest severity.</summary>
    public const int MostSevere = 5;

    private static readonly double[] Deviations = [.04, .08, .12, .15, .18], Contrasts = [.4, .3, .2, .1, .05];
    private static readonly (double Radius, double Rim)[] Discs = [(.5, .6), (1, .1), (1.5, .1), (2.5, .01), (3, .1)];
    private static readonly int[] Qualities = [65, 58, 50, 40, 25];

    /// <summary>1 … 5, or 0: the image as it is.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 5.</exception>
    public int Severity { get; init => field = Valid(value); } = Valid(Severity);

    /// <summary>What charts and tables call the kind, for instance <c>Gaussian noise</c>.</summary>
    public string Name => Kind switch
    {
        CorruptionKind.GaussianNoise => "Gaussian noise",
        CorruptionKind.DefocusBlur => "defocus blur",
        CorruptionKind.Contrast => "contrast",
        CorruptionKind.Jpeg => "JPEG",
        _ => throw new ArgumentOutOfRangeException(nameof(Kind), Kind,
            $"corruption {Kind} is none of {string.Join(", ", Enum.GetNames<CorruptionKind>())}"),
    };

    /// <summary>Spoils every image.</summary>
    /// <param name="images">The images.</param>
    /// <param name="seed">Of the noise; each image has its own by its place.</param>
    /// <returns>A new set under the same labels; the caller disposes it.</returns>
    public ImageSet Of(ImageSet images, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(images);
        var (height, width) = (images.Height, images.Width);
        var bytes = images.Images.bytes.ToArray();
        var size = 3 * height * width;
        if (Severity > 0)
            Parallel.For(0, images.Count, i => Spoil(bytes.AsSpan(i * size, size), height, width,
                Seeds.Derive(seed, i)));
        return new ImageSet(images.Name, tensor(bytes, images.Images.shape), images.Labels, images.ClassNames);
    }

    private static int Valid(int severity) => severity is >= 0 and <= MostSevere ? severity
        : throw new ArgumentOutOfRangeException(nameof(Severity), severity,
            $"severity {severity} is none of 0 to {MostSevere}; give 1 to {MostSevere}, or 0 for the image as it is");

    // The planes of one image, in place.
    private void Spoil(Span<byte> image, int height, int width, long seed)
    {
        var (pixels, level) = (height * width, Severity - 1);
        if (Kind == CorruptionKind.Jpeg)
        {
            ImageCodec.ThroughJpeg(image, height, width, Qualities[level]);
            return;
        }
        var random = new SeededRandom(seed);
        var disc = Kind == CorruptionKind.DefocusBlur ? Disc(Discs[level].Radius, Discs[level].Rim) : [];
        var plane = new double[pixels];
        for (var channel = 0; channel < 3; channel++)
        {
            var own = image.Slice(channel * pixels, pixels);
            for (var i = 0; i < pixels; i++) plane[i] = own[i] / 255.0;
            var mean = plane.Average();
            for (var i = 0; i < pixels; i++)
            {
                var value = Kind switch
                {
                    CorruptionKind.GaussianNoise => plane[i] + Deviations[level] * random.NextNormal(),
                    CorruptionKind.DefocusBlur => At(plane, height, width, i / width, i % width, disc),
                    _ => (plane[i] - mean) * Contrasts[level] + mean,
                };
                own[i] = (byte)(Math.Clamp(value, 0, 1) * 255);
            }
        }
    }

    private static double At(double[] plane, int height, int width, int y, int x, (int Y, int X, double Weight)[] disc)
    {
        var sum = 0.0;
        foreach (var (dy, dx, weight) in disc)
            sum += weight * plane[Mirrored(y + dy, height) * width + Mirrored(x + dx, width)];
        return sum;
    }

    // … 2 1 | 0 1 2 … n−1 | n−2 …
    private static int Mirrored(int at, int count)
    {
        if (count == 1) return 0;
        while (at < 0 || at >= count) at = at < 0 ? -at : 2 * (count - 1) - at;
        return at;
    }

    // The disc's weights, which sum to 1, without those that are 0.
    private static (int Y, int X, double Weight)[] Disc(double radius, double rim)
    {
        var reach = (int)radius + 1;
        var inside = Enumerable.Range(-reach, 2 * reach + 1).SelectMany(y => Enumerable.Range(-reach, 2 * reach + 1)
            .Where(x => y * y + x * x <= radius * radius).Select(x => (y, x))).ToHashSet();
        var beside = Math.Exp(-1 / (2 * rim * rim));
        double[] blur = [beside / (1 + 2 * beside), 1 / (1 + 2 * beside), beside / (1 + 2 * beside)];
        return [.. from y in Enumerable.Range(-reach, 2 * reach + 1)
            from x in Enumerable.Range(-reach, 2 * reach + 1)
            let weight = Enumerable.Range(-1, 3).Sum(dy => Enumerable.Range(-1, 3).Sum(
                dx => inside.Contains((y + dy, x + dx)) ? blur[dy + 1] * blur[dx + 1] : 0)) / inside.Count
            where weight > 0
            select (y, x, weight)];
    }
}
