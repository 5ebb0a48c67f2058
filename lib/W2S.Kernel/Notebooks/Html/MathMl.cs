using System.Net;
using System.Text;

namespace W2S.Kernel.Notebooks.Html;

/// <summary>The LaTeX of formulas as MathML, which browsers draw by themselves.</summary>
/// <remarks>
/// Covers what notebooks on learning write: fractions, roots, scripts, accents, alphabets, big operators, fences,
/// matrices, cases and aligned lines. A formula with a command outside of that is shown as its source.
/// </remarks>
internal sealed class MathMl : LatexReader
{
    private MathMl(string text)
        : base(text)
    {
    }

    /// <summary>A formula as HTML.</summary>
    /// <param name="latex">Its source, without the dollar signs.</param>
    /// <param name="display">True for a formula that stands on a line of its own.</param>
    public static string Html(string latex, bool display)
    {
        try
        {
            var parser = new MathMl(latex.Trim());
            var body = parser.Row(() => false);
            var block = display ? " display=\"block\"" : "";
            var source = WebUtility.HtmlEncode(latex.Trim());
            return $"<math{block}><semantics><mrow>{body}</mrow>"
                + $"<annotation encoding=\"application/x-tex\">{source}</annotation></semantics></math>";
        }
        catch (FormatException)
        {
            var source = $"<code class=\"math\">{WebUtility.HtmlEncode(latex.Trim())}</code>";
            return display ? $"<p>{source}</p>" : source;
        }
    }

    private string Row(Func<bool> stop)
    {
        var row = new StringBuilder();
        while (true)
        {
            Skip();
            if (End || stop())
                return row.ToString();
            row.Append(Scripted());
        }
    }

    private string Scripted()
    {
        var (core, limits) = Atom();
        string? low = null, high = null;
        for (Skip(); !End && (Letter is '_' or '^' or '\'' || Ahead("\\limits") || Ahead("\\nolimits")); Skip())
        {
            if (Letter == '\\')
                limits = Name() == "limits";
            else if (Letter == '\'')
                high = (high ?? "") + Prime();
            else if (Next() == '_')
                low = low is null ? Argument() : throw Unknown("_");
            else
                high = high is null ? Argument() : high + Argument();
        }
        high = high is null ? null : $"<mrow>{high}</mrow>";
        var (both, under, over) = limits ? ("munderover", "munder", "mover") : ("msubsup", "msub", "msup");
        return (low, high) switch
        {
            (null, null) => core,
            (_, null) => $"<{under}>{core}{low}</{under}>",
            (null, _) => $"<{over}>{core}{high}</{over}>",
            _ => $"<{both}>{core}{low}{high}</{both}>",
        };
    }

    private string Prime()
    {
        Next();
        return "<mo>′</mo>";
    }

    private (string Html, bool Limits) Atom()
    {
        var letter = Letter;
        if (letter == '\\')
            return Command();
        if (letter == '{')
            return ($"<mrow>{Group()}</mrow>", false);
        if (letter is '}' or '&' or '^' or '_' or '#' or '$' or '%')
            throw Unknown(letter.ToString());
        if (char.IsAsciiDigit(letter))
            return ($"<mn>{Number()}</mn>", false);
        Next();
        if (letter == '~')
            return (MathSymbols.Space("0.333em"), false);
        if (char.IsLetter(letter))
            return ($"<mi>{letter}</mi>", false);
        var stretchy = letter is '(' or ')' or '[' or ']' or '|' or '/' ? " stretchy=\"false\"" : "";
        var sign = letter == '-' ? "−" : letter == '*' ? "∗" : WebUtility.HtmlEncode(letter.ToString());
        return ($"<mo{stretchy}>{sign}</mo>", false);
    }

    private (string Html, bool Limits) Command()
    {
        var name = Name();
        if (MathSymbols.Simple(name) is { } simple)
            return (simple, MathSymbols.HasLimits(name));
        switch (name)
        {
            case "frac" or "dfrac" or "tfrac":
                return ($"<mfrac>{Argument()}{Argument()}</mfrac>", false);
            case "binom":
                return ($"<mrow><mo>(</mo><mfrac linethickness=\"0\">{Argument()}{Argument()}</mfrac><mo>)</mo></mrow>",
                    false);
            case "sqrt":
                var degree = Optional();
                return (degree is null ? $"<msqrt>{Argument()}</msqrt>" : $"<mroot>{Argument()}{degree}</mroot>",
                    false);
            case "text" or "textrm" or "textit" or "textbf" or "texttt" or "textsf" or "mbox":
                return ($"<mtext>{WebUtility.HtmlEncode(Raw()).Replace(" ", "\u00a0")}</mtext>", false);
            case "mathrm" or "operatorname" or "mathsf" or "mathtt" or "mathit":
                var upright = WebUtility.HtmlEncode(Raw().Replace("\\,", " ").Replace("\\", ""));
                return ($"<mi mathvariant=\"normal\">{upright}</mi>", false);
            case "mathbf" or "boldsymbol" or "bm" or "mathcal" or "mathscr" or "mathbb":
                return (MathSymbols.Alphabet(name, Raw()) is { } styled ? styled : throw Unknown(name), false);
            case "overset" or "stackrel":
                var above = Argument();
                return ($"<mover>{Argument()}{above}</mover>", false);
            case "underset":
                var below = Argument();
                return ($"<munder>{Argument()}{below}</munder>", false);
            case "underbrace":
                return ($"<munder>{Argument()}<mo>⏟</mo></munder>", true);
            case "overbrace":
                return ($"<mover>{Argument()}<mo>⏞</mo></mover>", true);
            case "left":
                return ($"<mrow>{Fence()}{Row(() => Ahead("\\right"))}{Right()}</mrow>", false);
            case "begin":
                return (Environment(), false);
            case "label" or "tag":
                Raw();
                return ("", false);
        }
        if (MathSymbols.Accent(name) is { } accent)
        {
            var (tag, mark) = (name.StartsWith("under", StringComparison.Ordinal) ? "munder" : "mover", accent);
            var stretchy = name.StartsWith("over", StringComparison.Ordinal)
                || name.StartsWith("wide", StringComparison.Ordinal)
                || name.StartsWith("under", StringComparison.Ordinal);
            var stretch = stretchy ? "true" : "false";
            return ($"<{tag} accent=\"true\">{Argument()}<mo stretchy=\"{stretch}\">{mark}</mo></{tag}>", false);
        }
        if (MathSymbols.IsSize(name))
            return (Fence(stretchy: false), false);
        throw Unknown(name);
    }

    private string Right()
    {
        if (End)
            throw Unknown("left");
        Name();
        return Fence();
    }

    private string Fence(bool stretchy = true)
    {
        Skip();
        if (End)
            throw Unknown("left");
        var mark = Letter == '\\' ? MathSymbols.Fence(Name()) : Next().ToString();
        if (mark is null)
            throw Unknown("left");
        return mark == "." ? ""
            : $"<mo stretchy=\"{(stretchy ? "true" : "false")}\">{WebUtility.HtmlEncode(mark)}</mo>";
    }

    private string Environment()
    {
        var name = Raw();
        var (open, close, align) = name switch
        {
            "aligned" or "align" or "align*" or "split" or "alignedat" => ("", "", "right left"),
            "cases" => ("{", "", "left left"),
            "matrix" or "array" or "gathered" or "gather" or "gather*" or "equation" or "equation*" =>
                ("", "", "center"),
            "pmatrix" => ("(", ")", "center"),
            "bmatrix" => ("[", "]", "center"),
            "vmatrix" => ("|", "|", "center"),
            _ => throw Unknown(name),
        };
        if (name == "array")
            Raw();
        var rows = new StringBuilder();
        do
        {
            rows.Append("<mtr>");
            var column = 0;
            do
            {
                var side = align.Split(' ')[column++ % align.Split(' ').Length];
                var cell = Row(() => Letter == '&' || Ahead("\\\\") || Ahead("\\end"));
                rows.Append($"<mtd style=\"text-align:{side}\">{cell}</mtd>");
            }
            while (Take("&"));
            rows.Append("</mtr>");
        }
        while (Take("\\\\"));
        if (!Take("\\end"))
            throw Unknown(name);
        Raw();
        return $"<mrow>{Mark(open)}<mtable displaystyle=\"true\">{rows}</mtable>{Mark(close)}</mrow>";
    }

    private static string Mark(string fence) => fence.Length == 0 ? "" : $"<mo stretchy=\"true\">{fence}</mo>";

    private string Argument()
    {
        Skip();
        if (End)
            throw Unknown("{");
        if (Letter == '{')
            return $"<mrow>{Group()}</mrow>";
        if (char.IsAsciiDigit(Letter))
            return $"<mn>{Next()}</mn>";
        return Atom().Html;
    }

    private string Group()
    {
        Next();
        var body = Row(() => Letter == '}');
        return Take("}") ? body : throw Unknown("{");
    }

    private string? Optional()
    {
        Skip();
        if (!Take("["))
            return null;
        var body = Row(() => Letter == ']');
        return Take("]") ? $"<mrow>{body}</mrow>" : throw Unknown("[");
    }
}
