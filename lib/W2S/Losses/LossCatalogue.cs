using W2S.Torch;

namespace W2S.Losses;

/// <summary>Every loss of the library: name, formula, source and options, as the losses state them
/// themselves.</summary>
/// <remarks>
/// Notation: z_s, z_t the student's and the teacher's logits; p, q their softmax, p^τ, q^τ at temperature τ; y the
/// label; f̂ = argmax z_s, f̂_w = argmax z_t. Formulas show the teacher's part; where a loss has a label part,
/// w_y·CE(p, y) is added.
/// </remarks>
public static class LossCatalogue
{
    private static readonly string[] Families = ["labels", "noisy labels", "distillation", "weak to strong", "control"];

    /// <summary>The rows, family by family, and in each in the order of the types' names.</summary>
    public static IReadOnlyList<LossEntry> Entries { get; } =
        [.. Catalogued.In<LossEntry>().Select(one => one.Entry)
            .OrderBy(entry => Array.IndexOf(Families, entry.Family))];
}
