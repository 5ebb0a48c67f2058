using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses.NoisyLabels;

/// <summary>Bootstrapping: the label is mixed with what the network itself says, softly or by its most likely
/// class.</summary>
/// <remarks>
/// <para>L = CE(z, (1−b)·y + b·s), with s = p (soft) or s = f̂ (hard). In the soft form gradient flows through s too,
/// so that b·CE(z, p) = b·H(p) is the minimum-entropy term of the paper; <see cref="Detached"/> holds it fixed. b is
/// the paper's 1 − β. Reed et al., ICLR 2015 workshop, arXiv 1412.6596: β = 0.95 soft, 0.8 hard.</para>
/// <para>In a batch mixed by λ the labels arrive mixed, y = λy₁ + (1−λ)y₂, and s is mixed alike from what the network
/// says of the two plain images: λ(1−b) on y₁, λb on s₁, (1−λ)(1−b) on y₂, (1−λ)b on s₂. With Hard, b = 0.2 and a late
/// start that is the label correction of Sel-CL+ (Li et al., CVPR 2022, arXiv 2203.04181), after Arazo et al., ICML
/// 2019, arXiv 1904.11238.</para>
/// </remarks>
/// <param name="Hard">Whether the network's word is its most likely class instead of its distribution.</param>
public sealed record Bootstrapping(bool Hard = false) : Loss, ICatalogued<LossEntry>
{
    /// <summary>Label correction of Sel-CL+: hard, b = 0.2, after 30 of 70 epochs; for mixed batches.</summary>
    public static Bootstrapping LabelCorrection { get; } = new(Hard: true) { Start = 30.0 / 70, Plain = true };

    /// <summary>b, the share of the network's own word.</summary>
    /// <value>0.2 hard, 0.05 soft.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double OwnShare { get; init => field = Option.Fraction(value); } = Hard ? 0.2 : 0.05;

    /// <summary>The fraction of the run after which the network is heard; before it the loss is the labels' cross
    /// entropy.</summary>
    /// <value>0; 30/70 in Sel-CL+.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double Start { get; init => field = Option.Fraction(value); }

    /// <summary>Whether the network's word is held fixed in the soft form; the hard form has no gradient
    /// there.</summary>
    /// <value>false, as in the paper.</value>
    public bool Detached { get; init; }

    /// <summary>Whether the network is asked about the plain images instead of those it learns from; then its word is
    /// held fixed always.</summary>
    /// <value>false.</value>
    public bool Plain { get; init; }

    /// <inheritdoc/>
    public override string Name => Hard ? "Bootstrapping, hard" : "Bootstrapping, soft";

    /// <inheritdoc/>
    public override bool NeedsPlain(double epoch, double epochs) => Plain && UsesOwnLabels(epoch, epochs);

    /// <inheritdoc/>
    public override LossParts Compute(LossBatch batch)
    {
        using var scope = NewDisposeScope();
        var student = batch.Check();
        var b = UsesOwnLabels(batch.Epoch, batch.Epochs) ? OwnShare : 0;
        var given = batch.LabelCrossEntropy(student, Name).Times(1 - b);
        // Both parts are there from the first step on: who adds them up counts on the same names.
        var own = b > 0 ? student.CrossEntropyTo(Own(student, batch)).Times(b) : zeros_like(given);
        return LossParts.Of(batch,
            [new("labels", given) { Weights = batch.Weights }, new("own", own) { Weights = batch.Weights }]);
    }

    /// <inheritdoc/>
    public override bool HasClosedForm => !Plain;

    /// <inheritdoc/>
    protected internal override void Differentiate(LogitSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        var b = UsesOwnLabels(sample.Epoch, sample.Epochs) ? OwnShare : 0;
        sample.ToLabel("labels", 1 - b);
        if (Hard) sample.ToClass("own", b, sample.Top);
        else if (b > 0) OwnEntropy(sample, b);
    }

    // b·H(p), whose derivative in z_c is −b·p_c·(log p_c + H); held fixed, p is its own cross entropy's minimum.
    private void OwnEntropy(LogitSample sample, double b)
    {
        var p = sample.Probabilities();
        var entropy = 0.0;
        for (var c = 0; c < p.Length; c++) entropy += p[c] * sample.CrossEntropy(c);
        sample.Add("own", b * entropy);
        if (Detached) return;
        for (var c = 0; c < p.Length; c++) sample.AddGradient(c, b * p[c] * (sample.CrossEntropy(c) - entropy));
    }

    private bool UsesOwnLabels(double epoch, double epochs) => epoch >= Start * epochs - 1e-9;

    private Tensor Own(Logits student, LossBatch batch)
    {
        if (!Plain) return Word(student, fixedWord: Detached);
        var plain = batch.PlainLogits
            ?? throw new ArgumentException(
                $"{Name} with Plain needs the student's logits on the plain images and the batch has none; give "
                + "PlainLogits", nameof(batch));
        var word = Word(new Logits(plain.detach()), fixedWord: true);
        return batch.Lambda is { } lambda ? word.Times(lambda).Plus(word.flip(0).Times(1 - lambda)) : word;
    }

    private Tensor Word(Logits network, bool fixedWord) =>
        Hard ? nn.functional.one_hot(network.Top, network.Classes).to_type(ScalarType.Float64)
        : fixedWord ? network.Probabilities().detach()
        : network.Probabilities();

    static IReadOnlyList<LossEntry> ICatalogued<LossEntry>.Entries =>
    [
        new(new Bootstrapping(), "noisy labels", @"\mathrm{CE}(z, (1-b)\,y + b\,p),\quad b = 0.05",
            "Reed et al., ICLR 2015 workshop, arXiv 1412.6596"),
        new(new Bootstrapping(Hard: true), "noisy labels", @"\mathrm{CE}(z, (1-b)\,y + b\,\hat f),\quad b = 0.2",
            "Reed et al., ICLR 2015 workshop, arXiv 1412.6596"),
        new(Bootstrapping.LabelCorrection, "noisy labels",
            @"\lambda\,\mathrm{CE}(z, (1-b)\,y_1 + b\,\hat f(x_1)) "
            + @"+ (1-\lambda)\,\mathrm{CE}(z, (1-b)\,y_2 + b\,\hat f(x_2)),\quad x_1, x_2 \text{ plain}",
            "Arazo et al., arXiv 1904.11238, as in Sel-CL+: Li et al., CVPR 2022, arXiv 2203.04181"),
    ];
}
