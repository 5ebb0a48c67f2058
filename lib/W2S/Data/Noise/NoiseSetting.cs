using System.Globalization;

namespace W2S.Data.Noise;

/// <summary>How labels become wrong.</summary>
public enum NoiseKind
{
    /// <summary>Labels are drawn anew, uniformly over all classes, the true one included.</summary>
    Symmetric,

    /// <summary>Labels go to the next class of their group: of the super-class for CIFAR-100, of the same form for
    /// shapes.</summary>
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

    /// <summary>Makes labels noisy.</summary>
    /// <param name="clean">The true labels.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="seed">Decides which labels become wrong.</param>
    /// <param name="groups">The group of each class, within which asymmetric noise stays; null for one group.</param>
    /// <returns>A label for each.</returns>
    /// <exception cref="ArgumentException">People's labels, which are read and not made, or a rate outside 0 …
    /// 1.</exception>
    public IReadOnlyList<long> Apply(IReadOnlyList<long> clean, int classes, long seed,
        IReadOnlyList<int>? groups = null) => Kind switch
        {
            NoiseKind.Symmetric => LabelNoise.Symmetric(clean, classes, Rate, seed),
            NoiseKind.Asymmetric => LabelNoise.Asymmetric(clean, groups ?? new int[classes], Rate, seed),
            _ => throw new ArgumentException($"noise of kind {Kind} is read with the set, not made; give "
                + $"{NoiseKind.Symmetric} or {NoiseKind.Asymmetric}"),
        };
}
