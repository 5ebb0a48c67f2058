using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses.NoisyLabels;

/// <summary>Small-loss selection: of every batch only the labels that cost least are learned, the rest is taken for
/// noise.</summary>
/// <remarks>
/// <para>L = mean of CE(p, y) over the R·B samples with the least loss, R(e) = 1 − τ·min(e/T_k, 1): all at first, when
/// the network has not memorised anything, then down to the share of labels that is believed right.
/// Han et al., Co-teaching, NeurIPS 2018, arXiv 1804.06872, whose two networks choose for each other; here the network
/// chooses for itself, or, with <see cref="JudgedByTeacher"/>, the weak teacher chooses for the student.</para>
/// <para>⌊R·B⌋ samples are kept, at least one, and all that tie with the last of them, so that the order of the batch
/// does not matter.</para>
/// </remarks>
public sealed record SmallLoss : Loss, ICatalogued<LossEntry>
{
    /// <summary>τ, the share of labels that is given up in the end: the noise rate, where it is known.</summary>
    /// <value>0.2.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double NoiseRate { get; init => field = Option.Fraction(value); } = 0.2;

    /// <summary>T_k as a fraction of the run: how long the dropped share takes to rise.</summary>
    /// <value>0.05, ten epochs of two hundred.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double RampUp { get; init => field = Option.Fraction(value); } = 0.05;

    /// <summary>Whether the teacher's loss on the label decides instead of the student's own.</summary>
    /// <value>false.</value>
    public bool JudgedByTeacher { get; init; }

    /// <inheritdoc/>
    public override string Name => JudgedByTeacher ? "Small loss, teacher's" : "Small loss";

    /// <summary>R, the share of a batch that is kept.</summary>
    /// <param name="epoch">Epochs finished, from 0, fractions allowed.</param>
    /// <param name="epochs">Epochs in all.</param>
    /// <returns>1 − τ … 1.</returns>
    public double KeepRate(double epoch, double epochs) =>
        1 - NoiseRate * (RampUp == 0 ? 1 : Math.Min(1, epoch / (RampUp * epochs)));

    /// <inheritdoc/>
    public override bool NeedsTeacher => JudgedByTeacher;

    /// <inheritdoc/>
    public override LossParts Compute(LossBatch batch)
    {
        using var scope = NewDisposeScope();
        var student = batch.Check();
        var loss = batch.LabelCrossEntropy(student, Name);
        var judge = JudgedByTeacher ? batch.LabelCrossEntropy(Teacher(batch), Name) : loss.detach();
        var kept = (long)Math.Max(1, Math.Floor(KeepRate(batch.Epoch, batch.Epochs) * judge.shape[0] + 1e-9));
        var chosen =
            judge.le(judge.topk((int)kept, 0, largest: false).values[(int)kept - 1]).to_type(ScalarType.Float64);
        var weights = batch.Weights is { } given ? chosen * given.detach().to_type(ScalarType.Float64) : chosen;
        return LossParts.Of(batch, [new("labels", loss) { Weights = weights }], ("kept", chosen));
    }

    private Logits Teacher(LossBatch batch)
    {
        if (batch.TeacherLogits is not { } teacher)
            throw new ArgumentException($"{Name} loss needs a teacher and the batch has none; give TeacherLogits",
                nameof(batch));
        return new Logits(teacher.detach());
    }

    static IReadOnlyList<LossEntry> ICatalogued<LossEntry>.Entries =>
    [
        new(new SmallLoss(), "noisy labels",
            @"\mathrm{CE}(z, y) \text{ of the } R\,B \text{ samples where it is least},"
            + @"\quad R = 1 - \tau\min(e/T_k, 1)",
            "Han et al., Co-teaching, NeurIPS 2018, arXiv 1804.06872"),
        new(new SmallLoss { JudgedByTeacher = true }, "noisy labels",
            @"\mathrm{CE}(z, y) \text{ of the } R\,B \text{ samples where } \mathrm{CE}(z_t, y) \text{ is least}",
            "Co-teaching's choice left to the weak teacher"),
    ];
}
