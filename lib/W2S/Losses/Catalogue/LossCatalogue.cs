using System.Text;
using W2S.Losses.Distillation;
using W2S.Losses.NoisyLabels;
using W2S.Losses.WeakToStrong;
using W2S.Selection;

namespace W2S.Losses.Catalogue;

/// <summary>Every loss of the library: name, formula, source and options.</summary>
/// <remarks>
/// Notation: z_s, z_t the student's and the teacher's logits; p, q their softmax, p^τ, q^τ at temperature τ; y the
/// label; f̂ = argmax z_s, f̂_w = argmax z_t. Formulas show the teacher's part; where a loss has a label part,
/// w_y·CE(p, y) is added.
/// </remarks>
public static class LossCatalogue
{
    private const string Guo = "Guo et al., arXiv 2402.03749";
    private const string Burns = "Burns et al., arXiv 2312.09390";
    private const string Review = "control asked for by reviewers of arXiv 2402.03749";

    /// <summary>The rows, in the order in which they are best read.</summary>
    public static IReadOnlyList<LossEntry> Entries { get; } =
    [
        new(new CrossEntropy(), "labels", @"-\sum_c y_c \log p_c,\quad y \text{ one-hot or mixed}",
            "mixup: Zhang et al., ICLR 2018, arXiv 1710.09412"),
        new(new CrossEntropy { Smoothing = 0.1 }, "labels",
            @"-\sum_c y'_c \log p_c,\quad y' = (1-\varepsilon)\,y + \varepsilon/C",
            "Szegedy et al., CVPR 2016, arXiv 1512.00567"),

        new(new Bootstrapping(), "noisy labels", @"\mathrm{CE}(z, (1-b)\,y + b\,p),\quad b = 0.05",
            "Reed et al., ICLR 2015 workshop, arXiv 1412.6596"),
        new(new Bootstrapping(Hard: true), "noisy labels", @"\mathrm{CE}(z, (1-b)\,y + b\,\hat f),\quad b = 0.2",
            "Reed et al., ICLR 2015 workshop, arXiv 1412.6596"),
        new(Bootstrapping.LabelCorrection, "noisy labels",
            @"\lambda\,\mathrm{CE}(z, (1-b)\,y_1 + b\,\hat f(x_1)) "
            + @"+ (1-\lambda)\,\mathrm{CE}(z, (1-b)\,y_2 + b\,\hat f(x_2)),\quad x_1, x_2 \text{ plain}",
            "Arazo et al., arXiv 1904.11238, as in Sel-CL+: Li et al., CVPR 2022, arXiv 2203.04181"),
        new(new SmallLoss(), "noisy labels",
            @"\mathrm{CE}(z, y) \text{ of the } R\,B \text{ samples where it is least},"
            + @"\quad R = 1 - \tau\min(e/T_k, 1)",
            "Han et al., Co-teaching, NeurIPS 2018, arXiv 1804.06872"),
        new(new SmallLoss { JudgedByTeacher = true }, "noisy labels",
            @"\mathrm{CE}(z, y) \text{ of the } R\,B \text{ samples where } \mathrm{CE}(z_t, y) \text{ is least}",
            "Co-teaching's choice left to the weak teacher"),
        new(new TrustedLabels(new LabelSelection(Confidence.StudentLikelihood) { Threshold = 0.1 }), "noisy labels",
            @"\mathrm{CE}(z, y) \text{ where the judge finds } y \text{ likely}",
            "LabelSelection on the labels themselves"),
        new(new LabelsAndTeacher(Bootstrapping.LabelCorrection, new AdaptConf()), "noisy labels",
            @"L_{\text{labels}} + L_{\text{teacher}}", Guo + ", noisy labels"),

        new(new Kd(), "distillation", @"\tau^2\,\mathrm{KL}(q^\tau \Vert p^\tau)", "Hinton et al., arXiv 1503.02531"),
        new(new BinaryKd(), "distillation",
            @"\tfrac1C\sum_c \left[-q_c \log\sigma(z_c) - (1-q_c)\log(1-\sigma(z_c))\right]",
            "ggjy/vision_weak_to_strong (BKD)"),
        new(new Dkd(), "distillation",
            @"\tau^2\left[\alpha\,\mathrm{KL}(b_t \Vert b_s) + \beta\,\mathrm{KL}(\tilde q \Vert \tilde p)\right],"
            + @"\quad b = (p^\tau_k,\ 1-p^\tau_k)",
            "Zhao et al., CVPR 2022, arXiv 2203.08679"),
        new(new FitNet(), "distillation", @"\sum_s \overline{(P_s F^s_{\text{student}} - F^s_{\text{teacher}})^2}",
            "Romero et al., ICLR 2015, arXiv 1412.6550"),
        new(new Rkd(), "distillation",
            @"25\,\overline{\ell(D_s, D_t)} + 50\,\overline{\ell(A_s, A_t)},\quad \ell \text{ smooth } L_1",
            "Park et al., CVPR 2019, arXiv 1904.05068"),
        new(new EarlyStoppedKd(), "distillation",
            @"\lambda(s)\,\tau(s)^2\,\mathrm{KL}(q^\tau \Vert p^\tau),"
            + @"\quad \lambda = 0 \text{ once the teacher is beaten}",
            "Li et al., arXiv 2604.15451"),

        new(new WeakCrossEntropy(), "weak to strong", @"-\sum_c q_c \log p_c", Burns),
        new(new WeakCrossEntropy(Hard: true), "weak to strong", @"-\log p_{\hat f_w}", Burns),
        new(new AugConf(), "weak to strong",
            @"(1-\alpha)\,\tau^2\,\mathrm{KL}(q^\tau \Vert p^\tau) + \alpha\,\mathrm{CE}(z_s, \hat f)",
            Guo + ", Eq. 1"),
        new(new AdaptConf(), "weak to strong",
            @"(1-\beta)\,\tau^2\,\mathrm{KL}(q^\tau \Vert p^\tau) + \beta\,\mathrm{CE}(z_s, \hat f),"
            + @"\quad \beta = \sigma\left((z_s[\hat f_w] - \max z_s)/T\right)",
            Guo + ", Eq. 2 as in the code"),
        new(AdaptConf.Paper, "weak to strong",
            @"(1-\beta)\,\mathrm{CE}(z_s, q) + \beta\,\mathrm{CE}(z_s, \hat f),\quad T = 1",
            Guo + ", Eq. 2 as printed"),
        new(new ProductLoss(), "weak to strong", @"\mathrm{CE}(z_s, t),\quad t \propto p^\beta q^\alpha", Burns),
        new(new LogConfidence(), "weak to strong",
            @"\mathrm{CE}(z_s, (1-c)\,q + c\,\hat f_b),\quad \hat f_b = \arg\max_k (\log p_k + b_k),"
            + @"\ \#\hat f_b \approx \textstyle\sum_i q_i",
            Burns + "; the multi-class balance is this library's"),
        new(new LogConfidence { SelfLabel = SelfLabel.Argmax }, "weak to strong",
            @"\mathrm{CE}(z_s, (1-c)\,q + c\,\hat f)", Burns + "; multi-class as in arXiv 2510.21332"),
        new(new LogConfidence { SelfLabel = SelfLabel.Threshold }, "weak to strong",
            @"\mathrm{CE}(z_s, (1-c)\,q + c\,[p_0 \ge t]),\quad t = \text{quantile of } p_0 \text{ at } \bar q_1",
            Burns),
        new(new ReverseKl(), "weak to strong", @"\tau^2\,\mathrm{KL}(p^\tau \Vert q^\tau)",
            "Mulgund and Pabbaraju, ICML 2025, arXiv 2501.19105"),
        new(new Evidential(), "weak to strong",
            @"(1-\gamma)\,\mathrm{EDL}(\hat f_w) + \gamma\,\mathrm{EDL}(\hat f),\quad \mathrm{EDL}(y) = "
            + @"\log S - \log\alpha_y + \lambda\,\mathrm{KL}(\mathrm{Dir}(\tilde\alpha) \Vert \mathrm{Dir}(1))",
            "Cui et al., arXiv 2406.03199"),
        new(new Selective(new LabelSelection(Confidence.MaxProbability) { Share = 0.5 }, new WeakCrossEntropy()),
            "weak to strong", @"L \text{ on the labels that a selection trusts}", "any LabelSelection before any loss"),

        new(new AdaptConf { Rule = BetaRule.Fixed }, "control", @"\text{AdaptConf with } \beta = \tfrac12", Review),
        new(new AdaptConf { Rule = BetaRule.Swapped }, "control",
            @"\text{AdaptConf with } \beta = \sigma\left((\max z_s - z_s[\hat f_w])/T\right)", Review),
        new(new AdaptConf { Rule = BetaRule.Gated }, "control",
            @"\text{AdaptConf with } \beta = \tfrac12\,[\hat f = \hat f_w]", "the limit T → 0"),
        new(new AdaptConf { Rule = BetaRule.Oracle }, "control",
            @"\text{AdaptConf with } \beta = \tfrac12 + \tfrac12\left([\hat f = y] - [\hat f_w = y]\right)",
            "upper bound: knows who is right"),
        new(new VirtualTeacher(), "control", @"\mathrm{KL}(q \Vert p),\quad q = \mathrm{softmax}(u/T),\ u_y = a",
            "Yuan et al., CVPR 2020, arXiv 1909.11723"),
    ];

    /// <summary>The catalogue as a Markdown table, formulas between dollar signs, for a notebook to show.</summary>
    /// <param name="family">Rows of this family alone; null for all.</param>
    /// <returns>Markdown.</returns>
    /// <exception cref="ArgumentException">There is no such family.</exception>
    public static string ToMarkdown(string? family = null)
    {
        var rows = Entries.Where(x => family is null || x.Family == family).ToList();
        if (rows.Count == 0)
            throw new ArgumentException(
                $"no family '{family}'; give one of {string.Join(", ", Entries.Select(x => x.Family).Distinct())}",
                nameof(family));
        var text = new StringBuilder("| Loss | Family | Formula | Options | Source |\n|---|---|---|---|---|\n");
        foreach (var row in rows)
            text.Append($"| {row.Name} | {row.Family} | ${row.Formula}$ | {row.Options} | {row.Source} |\n");
        return text.ToString();
    }
}
