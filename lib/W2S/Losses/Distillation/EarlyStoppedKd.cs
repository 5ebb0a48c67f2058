using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses.Distillation;

/// <summary>Distillation for the early part of a run: warm-up, hold, decay; a falling temperature; over for good once
/// the student beats the teacher.</summary>
/// <remarks>
/// <para>L = w_labels·CE(p, y) + w·λ(s)·τ(s)²·KL(q^τ‖p^τ) at the fraction s of the run. λ rises linearly to 1 by
/// <see cref="WarmUp"/>, stays there until <see cref="Hold"/>, falls linearly to 0 by <see cref="End"/>; τ falls
/// linearly from <see cref="Temperature"/> at the start to <see cref="FinalTemperature"/> at <see cref="End"/>. λ = 0
/// once <see cref="LossBatch.TeacherBeaten"/> reaches <see cref="Patience"/>: the trainer needs validation images and a
/// teacher on the fly for it.</para>
/// <para>After Li, Heide, Chai, Weak-to-Strong Knowledge Distillation Accelerates Visual Learning, arXiv 2604.15451,
/// which gives these stages; the linear shapes and the default fractions are this library's.</para>
/// </remarks>
public sealed record EarlyStoppedKd : DistillationLoss, ICatalogued<LossEntry>
{
    /// <summary>The fraction of the run at which λ reaches 1.</summary>
    /// <value>0.05.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double WarmUp { get; init => field = Option.Fraction(value); } = 0.05;

    /// <summary>The fraction of the run until which λ stays 1.</summary>
    /// <value>0.25.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double Hold { get; init => field = Option.Fraction(value); } = 0.25;

    /// <summary>The fraction of the run from which λ is 0.</summary>
    /// <value>0.5.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double End { get; init => field = Option.Fraction(value); } = 0.5;

    /// <summary>τ at the start.</summary>
    /// <value>4.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public double Temperature { get; init => field = Option.Positive(value); } = 4;

    /// <summary>τ at the end of distillation.</summary>
    /// <value>1.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public double FinalTemperature { get; init => field = Option.Positive(value); } = 1;

    /// <summary>At how many validations the student must have beaten the teacher before distillation stops.</summary>
    /// <value>2.</value>
    public int Patience { get; init; } = 2;

    /// <inheritdoc/>
    public override string Name => "Early-stopped KD";

    /// <inheritdoc/>
    public override bool NeedsValidation => true;

    /// <inheritdoc/>
    protected internal override TeacherTerms Teach(Logits student, LossBatch batch)
    {
        var run = batch.Epoch / batch.Epochs;
        var weight = batch.TeacherBeaten >= Patience ? 0 : Weight(run);
        if (weight == 0 && (batch.Labels is null || LabelWeight == 0))
            throw new ArgumentException(
                $"{Name} has ended and there are no labels to go on with; give Labels with a LabelWeight, or a later "
                + "End", nameof(batch));
        var temperature = Temperature + (FinalTemperature - Temperature) * (End == 0 ? 1 : Math.Min(1, run / End));
        var distance = weight == 0
            ? zeros_like(student.Top, ScalarType.Float64)
            : Distance(student, Teacher(student, batch), temperature).Times(weight);
        return new(new LossTerm("teacher", distance))
        {
            Diagnostics = [("weight", tensor(weight)),
            ("temperature", tensor(temperature))]
        };
    }

    private double Weight(double run) =>
        run < WarmUp ? run / WarmUp
        : run <= Hold ? 1
        : run < End ? (End - run) / (End - Hold)
        : 0;

    static IReadOnlyList<LossEntry> ICatalogued<LossEntry>.Entries =>
    [
        new(new EarlyStoppedKd(), "distillation",
            @"\lambda(s)\,\tau(s)^2\,\mathrm{KL}(q^\tau \Vert p^\tau),"
            + @"\quad \lambda = 0 \text{ once the teacher is beaten}",
            "Li et al., arXiv 2604.15451"),
    ];
}
