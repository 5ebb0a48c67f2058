using System.Globalization;
using W2S.Data.Noise;
using W2S.Data.Shapes;

namespace W2S.Experiments.NoisyLabels;

/// <summary>How labels become wrong.</summary>
public enum NoiseKind
{
    /// <summary>Labels are drawn anew, uniformly over all classes, the true one included.</summary>
    Symmetric,

    /// <summary>Labels go to the next class: of the super-class for CIFAR-100, of the same form for shapes.</summary>
    Asymmetric,

    /// <summary>The labels that one person each gave: CIFAR-100N.</summary>
    Human,
}

/// <summary>A noise and its rate.</summary>
/// <param name="Kind">The kind of noise.</param>
/// <param name="Rate">The share of labels that it is applied to, 0 … 1; for people's labels the share that is wrong on
/// the whole set, which cannot be chosen.</param>
public sealed record NoiseSetting(NoiseKind Kind, double Rate)
{
    /// <summary>People's labels: 40.2 % of the whole set are wrong.</summary>
    public static NoiseSetting Human { get; } = new(NoiseKind.Human, 0.402);

    /// <summary>What charts and tables call it, for instance <c>symmetric 50 %</c>.</summary>
    public string Name => Kind == NoiseKind.Human
        ? "human (CIFAR-100N)"
        : string.Create(CultureInfo.InvariantCulture, $"{Kind.ToString().ToLowerInvariant()} {100 * Rate:0.#} %");

    /// <summary>The share of labels that is wrong in the end, as far as the setting says: a uniform draw hits the true
    /// class once in C times.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <returns>0 … 1.</returns>
    public double WrongShare(int classes) => Kind == NoiseKind.Symmetric ? Rate * (classes - 1) / classes : Rate;

    /// <summary>Makes the labels of a set noisy.</summary>
    /// <param name="images">Which set: it gives the neighbours of a class, and people's labels.</param>
    /// <param name="clean">True labels of the positions chosen.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="positions">The positions chosen in the set.</param>
    /// <param name="seed">Decides which labels become wrong.</param>
    /// <returns>A label for each position.</returns>
    /// <exception cref="ArgumentException">People's labels for images that people did not label, or a rate outside 0 …
    /// 1.</exception>
    public IReadOnlyList<long> Apply(NoisyImages images, IReadOnlyList<long> clean, int classes,
        IReadOnlyList<int> positions, long seed)
    {
        ArgumentNullException.ThrowIfNull(clean);
        ArgumentNullException.ThrowIfNull(positions);
        switch (Kind)
        {
            case NoiseKind.Symmetric: return LabelNoise.Symmetric(clean, classes, Rate, seed).Labels;
            case NoiseKind.Asymmetric: return LabelNoise.Asymmetric(clean, Map(images, classes), Rate, seed).Labels;
        }
        var given = images.ReadHumanLabels();
        return [.. positions.Select(position => given[position])];
    }

    // A class of shapes is form · number of colours + colour.
    private static IReadOnlyList<int> Map(NoisyImages images, int classes) => images == NoisyImages.Shapes
        ? LabelNoise.NextInGroup([.. Enumerable.Range(0, classes).Select(k => k / new ShapesOptions().Colors)])
        : LabelNoise.Cifar100Map;
}
