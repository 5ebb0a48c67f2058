using System.Text.Json.Serialization;
using W2S.Torch;

namespace W2S.Training;

/// <summary>How the learning rate changes over a run: a factor of the optimizer's own.</summary>
[JsonDerivedType(typeof(ConstantSchedule), "constant"), JsonDerivedType(typeof(CosineSchedule), "cosine"),
    JsonDerivedType(typeof(StepSchedule), "step")]
public abstract record LearningRateSchedule
{
    /// <summary>Epochs over which the factor rises linearly at the start of the run; fractions allowed.</summary>
    /// <value>0, no warm-up.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double WarmUpEpochs { get; init => field = Option.NotNegative(value); }

    /// <summary>The factor at which the warm-up starts.</summary>
    /// <value>0.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double WarmUpStart { get; init => field = Option.Fraction(value); }

    /// <summary>Whether the rate changes between epochs only, as in timm, instead of with every step.</summary>
    /// <value>False.</value>
    public bool PerEpoch { get; init; }

    /// <summary>The factor at a place in the run.</summary>
    /// <param name="epoch">Epochs finished, from 0, fractions allowed.</param>
    /// <param name="epochs">Epochs of the run.</param>
    /// <returns>Usually 0 … 1.</returns>
    /// <remarks>As in timm, the curve after the warm-up is the one that would have run without it: the warm-up hides
    /// its beginning.</remarks>
    public double Factor(double epoch, double epochs)
    {
        if (PerEpoch) epoch = Math.Floor(epoch);
        return epoch < WarmUpEpochs
            ? WarmUpStart + (1 - WarmUpStart) * epoch / WarmUpEpochs
            : Curve(epoch, epochs);
    }

    /// <summary>The factor without warm-up.</summary>
    /// <param name="epoch">Epochs finished.</param>
    /// <param name="epochs">Epochs of the run.</param>
    /// <returns>The factor.</returns>
    protected abstract double Curve(double epoch, double epochs);
}

/// <summary>Factor 1 throughout.</summary>
public sealed record ConstantSchedule : LearningRateSchedule
{
    /// <inheritdoc/>
    protected override double Curve(double epoch, double epochs) => 1;
}

/// <summary>Half a cosine from 1 to <see cref="Final"/>.</summary>
/// <remarks>f + (1 − f)·(1 + cos(πt/T))/2: Loshchilov and Hutter, SGDR, ICLR 2017 (arXiv 1608.03983), without
/// restarts.</remarks>
public sealed record CosineSchedule : LearningRateSchedule
{
    /// <summary>The factor at the end.</summary>
    /// <value>0.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double Final { get; init => field = Option.Fraction(value); }

    /// <inheritdoc/>
    protected override double Curve(double epoch, double epochs) =>
        Final + (1 - Final) * (1 + Math.Cos(Math.PI * Math.Min(1, epoch / epochs))) / 2;
}

/// <summary>Multiplied by <see cref="Gamma"/> after every <see cref="Every"/> epochs.</summary>
public sealed record StepSchedule : LearningRateSchedule
{
    /// <summary>Epochs between drops.</summary>
    /// <value>30.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public double Every { get; init => field = Option.Positive(value); } = 30;

    /// <summary>The factor of a drop.</summary>
    /// <value>0.1.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double Gamma { get; init => field = Option.Fraction(value); } = 0.1;

    /// <inheritdoc/>
    protected override double Curve(double epoch, double epochs) => Math.Pow(Gamma, Math.Floor(epoch / Every));
}
