using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses.WeakToStrong;

/// <summary>Product of experts: the target is the product of the weak label and the student's own prediction.</summary>
/// <remarks>
/// L = w·CE(p, t) with t ∝ p^β·q^α, detached. Where both agree the target sharpens; where they contradict each other it
/// follows the surer one. Burns et al., arXiv 2312.09390 (openai/weak-to-strong, <c>product_loss_fn</c>, whose warm-up
/// is never used). No labels unless asked.
/// </remarks>
public sealed record ProductLoss() : DistillationLoss(labelWeight: 0), ICatalogued<LossEntry>
{
    /// <summary>α, the power of the weak label.</summary>
    /// <value>1.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double Alpha { get; init => field = Option.NotNegative(value); } = 1;

    /// <summary>β, the power of the student's prediction.</summary>
    /// <value>1.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double Beta { get; init => field = Option.NotNegative(value); } = 1;

    /// <inheritdoc/>
    public override string Name => "Product";

    /// <inheritdoc/>
    protected internal override TeacherTerms Teach(Logits student, LossBatch batch)
    {
        var q = Teacher(student, batch).LogProbabilities().Finite();
        var target = nn.functional.softmax(student.LogProbabilities().detach().Times(Beta).Plus(q.Times(Alpha)), 1);
        return new(new LossTerm("teacher", student.CrossEntropyTo(target)));
    }

    static IReadOnlyList<LossEntry> ICatalogued<LossEntry>.Entries =>
    [
        new(new ProductLoss(), "weak to strong", @"\mathrm{CE}(z_s, t),\quad t \propto p^\beta q^\alpha",
            "Burns et al., arXiv 2312.09390"),
    ];
}
