using System.Xml.Linq;
using W2S.Kernel.Notebooks;
using W2S.Kernel.Notebooks.Html;

namespace W2S.Kernel.Tests.Notebooks.Html;

public sealed class MathMlTests
{
    [Theory]
    [InlineData("x^2", "<msup><mi>x</mi><mrow><mn>2</mn></mrow></msup>")]
    [InlineData("x_i^{t+1}",
        "<msubsup><mi>x</mi><mi>i</mi><mrow><mrow><mi>t</mi><mo>+</mo><mn>1</mn></mrow></mrow></msubsup>")]
    [InlineData("f'", "<msup><mi>f</mi><mrow><mo>′</mo></mrow></msup>")]
    [InlineData(@"\frac12", "<mfrac><mn>1</mn><mn>2</mn></mfrac>")]
    [InlineData(@"\sqrt[3]{a}", "<mroot><mrow><mi>a</mi></mrow><mrow><mn>3</mn></mrow></mroot>")]
    [InlineData(@"\hat y", "<mover accent=\"true\"><mi>y</mi><mo stretchy=\"false\">^</mo></mover>")]
    [InlineData(@"\mathcal{L}\mathbb{R}\mathbf{w}", "<mi>ℒ</mi><mi>ℝ</mi><mi>𝐰</mi>")]
    [InlineData(@"\text{a b}", "<mtext>a\u00a0b</mtext>")]
    [InlineData(@"a < b", "<mi>a</mi><mo>&lt;</mo><mi>b</mi>")]
    [InlineData(@"0.75", "<mn>0.75</mn>")]
    [InlineData(@"\left(x\right]", "<mrow><mo stretchy=\"true\">(</mo><mi>x</mi><mo stretchy=\"true\">]</mo></mrow>")]
    public void TheCommonSubsetIsMathMl(string latex, string expected) => Assert.Contains(
        $"<semantics><mrow>{expected}</mrow><annotation", MathMl.Html(latex, display: false));

    [Theory]
    [InlineData(@"\mathcal{L}_{\mathrm{KD}} = (1-\alpha)\,\mathrm{CE}(y, p) + "
        + @"\alpha T^2 \sum_{k=1}^{K} q_k \log\frac{q_k}{p_k}")]
    [InlineData(@"\mathrm{PGR} = \frac{\text{w2s} - \text{weak}}{\text{ceiling} - \text{weak}}")]
    [InlineData(@"\theta^\star = \arg\min_\theta "
        + @"\mathbb{E}_{x \sim \mathcal{D}}\left[\ell\left(f_\theta(x), \tilde{y}\right)\right]")]
    [InlineData(@"\begin{aligned} a &= b \\ c &= d + \begin{pmatrix} 1 & 0 \\ 0 & 1 \end{pmatrix} \end{aligned}")]
    [InlineData(@"f(x) = \begin{cases} 1 & x > \tau_c \\ 0 & \text{otherwise} \end{cases}")]
    [InlineData(@"\|W\|_F^2 \le \max_i |\lambda_i|, \quad \{a, b\} \subset \Omega, \; \bigl( \nabla_\theta \bigr)''")]
    [InlineData(@"p_i = \frac{\exp(z_i / T)}{\sum_j \exp(z_j / T)}, "
        + @"\ \underbrace{x}_{\text{n}}, \binom{n}{k}, \operatorname{softmax}")]
    public void FormulasOfTheFieldAreWellFormed(string latex)
    {
        var html = MathMl.Html(latex, display: true);
        var math = XElement.Parse(html);
        Assert.Equal("math", math.Name.LocalName);
        // Elements that take a fixed number of children have them: a browser draws nothing else right.
        foreach (var element in math.Descendants())
        {
            var wanted = element.Name.LocalName switch
            {
                "mfrac" or "msub" or "msup" or "mover" or "munder" or "mroot" => 2,
                "msubsup" or "munderover" => 3,
                _ => element.Elements().Count(),
            };
            Assert.True(wanted == element.Elements().Count(), element.ToString());
        }
    }

    [Theory]
    [InlineData(@"\unknowncommand{x}")]
    [InlineData(@"\frac{1")]
    [InlineData("a}")]
    [InlineData(@"\left(")]
    [InlineData(@"\begin{tikz}x\end{tikz}")]
    [InlineData("x_1_2")]
    [InlineData(@"\")]
    [InlineData("x^")]
    public void OtherFormulasAreShownAsTheyAre(string latex) =>
        Assert.Equal($"<code class=\"math\">{System.Net.WebUtility.HtmlEncode(latex)}</code>",
            MathMl.Html(latex, display: false));
}
