using W2S.Data.Noise;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Data.Shapes;

/// <summary>An embedded image set: coloured forms of 32×32 pixels, drawn from a seed, so that a notebook runs with
/// nothing downloaded.</summary>
/// <remarks>
/// Arithmetic is limited to what IEEE 754 fixes to the last bit (sums, products, quotients, square roots), and each
/// image has random numbers of its own: the pictures are the same on every machine, whatever the number of threads and
/// images.
/// </remarks>
public static class ShapeImages
{
    /// <summary>Pixels of each side.</summary>
    public const int Side = 32;

    private static readonly string[] ColorNames = ["red", "green", "blue", "yellow", "magenta", "cyan", "orange",
        "violet"];

    /// <summary>Draws a set.</summary>
    /// <param name="options">What to draw.</param>
    /// <param name="seed">The same seed gives the same pictures on every machine.</param>
    /// <returns>
    /// The images in random order, forms and colours as even as the count allows, owned by the caller. With label noise
    /// the labels are the noisy ones; the same options without it give the clean ones.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message gives the
    /// range.</exception>
    public static ImageSet Create(ShapesOptions options, long seed)
    {
        ArgumentNullException.ThrowIfNull(options);
        Check(options);
        var kinds = options.Forms * options.Colors;
        // Each kind equally often; which kinds get one image more, where the count leaves a rest, is chance too.
        var shuffled = RandomSplit.Permutation(kinds, Seeds.Derive(seed, "kinds"));
        var order =
            RandomSplit.Permutation(options.Count, Seeds.Derive(seed, Seeds.Shuffling)).Select(i => shuffled[i % kinds])
                .ToArray();
        var pixels = new byte[options.Count * 3 * Side * Side];
        var pictures = Seeds.Derive(seed, "pictures");
        Parallel.For(0, options.Count, i =>
        {
            var kind = order[i];
            var picture = new ShapePicture(new SeededRandom(Seeds.Derive(pictures, i)), options.Difficulty);
            picture.Draw(kind / options.Colors, kind % options.Colors,
                pixels.AsSpan(i * 3 * Side * Side, 3 * Side * Side));
        });

        var clean = order.Select(kind => Label(kind, options)).ToArray();
        var labels = options.LabelNoise == 0
            ? clean
            : LabelNoise.Symmetric(
                clean, options.Classes, options.LabelNoise, Seeds.Derive(seed, Seeds.Noise), toOthers: true);
        return new ImageSet("shapes", tensor(pixels, [options.Count, 3, Side, Side]), labels, ClassNames(options));
    }

    private static long Label(int kind, ShapesOptions options) => options.Labels switch
    {
        ShapeLabels.Form => kind / options.Colors,
        ShapeLabels.Color => kind % options.Colors,
        _ => kind,
    };

    private static string[] ClassNames(ShapesOptions options) => options.Labels switch
    {
        ShapeLabels.Form => ShapeForms.Names[..options.Forms],
        ShapeLabels.Color => ColorNames[..options.Colors],
        _ => [.. ShapeForms.Names[..options.Forms].SelectMany(
            form => ColorNames[..options.Colors].Select(color => $"{color} {form}"))],
    };

    private static void Check(ShapesOptions options)
    {
        const int most = int.MaxValue / (3 * Side * Side);
        InRange(options.Count is >= 1 and <= most, nameof(options.Count), options.Count, $"1 … {most}");
        InRange(options.Forms is >= 2 and <= 10, nameof(options.Forms), options.Forms, "2 … 10");
        InRange(options.Colors is >= 1 and <= 8, nameof(options.Colors), options.Colors, "1 … 8");
        InRange(options.Difficulty is >= 0 and <= 1, nameof(options.Difficulty), options.Difficulty, "0 … 1");
        InRange(options.LabelNoise is >= 0 and <= 1, nameof(options.LabelNoise), options.LabelNoise, "0 … 1");
        InRange(options.LabelNoise == 0 || options.Classes > 1, nameof(options.Colors), options.Colors,
            "2 … 8 where labels are noisy");
    }

    private static void InRange(bool fits, string name, object value, string range)
    {
        if (!fits) throw new ArgumentOutOfRangeException(name, value, $"{name} is outside its range, {range}");
    }
}
