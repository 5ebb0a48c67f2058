using W2S.Torch;

namespace W2S.Data.Batches;

/// <summary>Mixes each image of a batch with another one: mixup or cutmix.</summary>
/// <remarks>
/// Zhang et al., "mixup", ICLR 2018: λ ~ Beta(α, α), image λ·x + (1 − λ)·x'. Yun et al., "CutMix", ICCV 2019: a
/// rectangle with the aspect of the image and the area 1 − λ, its centre anywhere, is taken from x'; λ is then the
/// share that is left of x. One λ a batch, and x' is the batch in reverse order, as in timm. A pure function of (seed,
/// epoch, step).
/// </remarks>
public sealed record MixOptions
{
    /// <summary>α of mixup.</summary>
    /// <value>0: no mixup</value>
    public double Mixup { get; init; }

    /// <summary>α of cutmix.</summary>
    /// <value>0: no cutmix</value>
    public double Cutmix { get; init; }

    /// <summary>Share of the batches that are mixed at all.</summary>
    /// <value>1</value>
    public double Probability { get; init; } = 1;

    /// <summary>Where both are on, the share of the mixed batches that get cutmix.</summary>
    /// <value>0.5</value>
    public double CutmixShare { get; init; } = 0.5;

    internal void Check()
    {
        if (!(Mixup >= 0 && Cutmix >= 0 && Mixup + Cutmix > 0 && Probability is >= 0 and <= 1
            && CutmixShare is >= 0 and <= 1))
        {
            throw new ArgumentException(
                $"{this} mixes nothing: Mixup or Cutmix must be positive and none negative, the probabilities within "
                + "0 … 1");
        }
    }

    /// <summary>λ, and the rectangle of a cutmix (of no height for a mixup); null where the batch stays as it
    /// is.</summary>
    internal MixPlan? Draw(long seed, long epoch, int step, int height, int width)
    {
        var random = new SeededRandom(Seeds.Derive(Seeds.Derive(Seeds.Derive(seed, "mixing"), epoch), step));
        if (!random.NextBool(Probability)) return null;
        var cut = Cutmix > 0 && (Mixup == 0 || random.NextBool(CutmixShare));
        var lambda = Beta(ref random, cut ? Cutmix : Mixup);
        if (!cut) return new MixPlan((float)lambda, default);
        var side = Math.Sqrt(1 - lambda);
        var (h, w) = ((int)(height * side), (int)(width * side));
        var (middleY, middleX) = (random.Next(height), random.Next(width));
        var (top, left) = (Math.Max(0, middleY - h / 2), Math.Max(0, middleX - w / 2));
        var (bottom, right) = (Math.Min(height, middleY + h / 2), Math.Min(width, middleX + w / 2));
        var left0 = 1 - (double)(bottom - top) * (right - left) / (height * width);
        return new MixPlan((float)left0, (top, left, bottom - top, right - left), Cut: true);
    }

    // The share of the first of two gamma numbers; those by Marsaglia and Tsang (2000), in logarithms since α may be
    // tiny.
    internal static double Beta(ref SeededRandom random, double alpha)
    {
        var (first, second) = (LogGamma(ref random, alpha), LogGamma(ref random, alpha));
        return 1 / (1 + Math.Exp(second - first));
    }

    private static double LogGamma(ref SeededRandom random, double alpha)
    {
        if (alpha < 1) return LogGamma(ref random, alpha + 1) + Math.Log(1 - random.NextDouble()) / alpha;
        var d = alpha - 1.0 / 3;
        while (true)
        {
            var normal = random.NextNormal();
            var root = 1 + normal / Math.Sqrt(9 * d);
            if (root <= 0) continue;
            var cube = root * root * root;
            if (Math.Log(1 - random.NextDouble()) < normal * normal / 2 + d - d * cube + d * Math.Log(cube))
                return Math.Log(d * cube);
        }
    }
}

/// <param name="Lambda">The share that is left of each image's own label.</param>
/// <param name="Rectangle">What comes from the other image in a cutmix.</param>
/// <param name="Cut">Whether it is a cutmix.</param>
internal readonly record struct MixPlan(float Lambda, (int Top, int Left, int Height, int Width) Rectangle,
    bool Cut = false);
