using System.Net;

namespace W2S.Kernel.Notebooks.Html;

/// <summary>LaTeX commands that stand for one sign, and the alphabets of formulas.</summary>
internal static class MathSymbols
{
    private static readonly Dictionary<string, string> Letters = Table("""
        alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ
        mu μ nu ν xi ξ pi π rho ρ varrho ϱ sigma σ tau τ upsilon υ phi ϕ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ
        Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω ell ℓ infty ∞ partial ∂ nabla ∇ emptyset ∅
        varnothing ∅ hbar ℏ Re ℜ Im ℑ dots … ldots … cdots ⋯ vdots ⋮ ddots ⋱ top ⊤ bot ⊥ prime ′ star ⋆ checkmark ✓
        """);

    private static readonly Dictionary<string, string> Operators = Table("""
        cdot ⋅ times × div ÷ pm ± mp ∓ circ ∘ bullet ∙ ast ∗ oplus ⊕ otimes ⊗ odot ⊙ le ≤ leq ≤ ge ≥ geq ≥ ne ≠ neq ≠
        lt < gt > approx ≈ sim ∼ simeq ≃ equiv ≡ cong ≅ propto ∝ ll ≪ gg ≫ in ∈ notin ∉ ni ∋ subset ⊂ subseteq ⊆
        supset ⊃ supseteq ⊇ cup ∪ cap ∩ setminus ∖ to → rightarrow → leftarrow ← leftrightarrow ↔ Rightarrow ⇒
        Leftarrow ⇐ Leftrightarrow ⇔ iff ⟺ implies ⟹ mapsto ↦ longrightarrow ⟶ uparrow ↑ downarrow ↓ forall ∀ exists ∃
        neg ¬ lnot ¬ land ∧ wedge ∧ lor ∨ vee ∨ mid ∣ parallel ∥ perp ⊥ colon : vert | Vert ‖ lvert | rvert | lVert ‖
        rVert ‖ langle ⟨ rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉ lbrace { rbrace } triangleq ≜ coloneqq ≔ dagger †
        | ‖ { { } } % % _ _ # # $ $ & &
        """);

    private static readonly Dictionary<string, string> Big = Table("""
        sum ∑ prod ∏ bigcup ⋃ bigcap ⋂ bigoplus ⨁ bigotimes ⨂ max max min min sup sup inf inf lim lim
        argmax arg\u00a0max argmin arg\u00a0min limsup lim\u00a0sup liminf lim\u00a0inf Pr Pr det det gcd gcd
        """);

    private static readonly HashSet<string> Functions =
        ["log", "ln", "exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arctan", "arg", "dim", "ker", "deg", "lg"];

    private static readonly Dictionary<string, string> Spaces = Table("""
        , 0.167em : 0.222em ; 0.278em ! -0.167em quad 1em qquad 2em displaystyle 0 textstyle 0 nonumber 0 notag 0
        """);

    private static readonly Dictionary<string, string> Accents = Table("""
        hat ^ widehat ^ bar ‾ overline ‾ tilde ~ widetilde ~ vec → overrightarrow → dot ˙ ddot ¨ check ˇ breve ˘
        underline _
        """);

    private static readonly HashSet<string> Sizes =
        ["big", "Big", "bigg", "Bigg", "bigl", "Bigl", "biggl", "Biggl", "bigr", "Bigr", "biggr", "Biggr", "bigm",
            "Bigm"];

    // Letters of the script and double-struck alphabets that Unicode had before it had the rest.
    private static readonly Dictionary<string, string> Script = Table("B ℬ E ℰ F ℱ H ℋ I ℐ L ℒ M ℳ R ℛ e ℯ g ℊ o ℴ");
    private static readonly Dictionary<string, string> Double = Table("C ℂ H ℍ N ℕ P ℙ Q ℚ R ℝ Z ℤ");

    /// <summary>A command that takes no argument, as MathML; null for others.</summary>
    public static string? Simple(string name)
    {
        if (Letters.TryGetValue(name, out var letter))
            return $"<mi>{letter}</mi>";
        if (Operators.TryGetValue(name, out var sign))
            return $"<mo stretchy=\"false\">{WebUtility.HtmlEncode(sign)}</mo>";
        if (Big.TryGetValue(name, out var big))
        {
            var spaces = char.IsAsciiLetter(big[0]) ? " lspace=\"0.167em\" rspace=\"0.167em\"" : "";
            return $"<mo movablelimits=\"true\"{spaces}>{big}</mo>";
        }
        if (Functions.Contains(name))
            return $"<mo form=\"prefix\" lspace=\"0.167em\" rspace=\"0.167em\">{name}</mo>";
        if (name is "int" or "iint" or "oint")
            return $"<mo>{(name == "int" ? "∫" : name == "iint" ? "∬" : "∮")}</mo>";
        return name == " " ? Space("0.333em") : Spaces.TryGetValue(name, out var width) ? Space(width) : null;
    }

    public static bool HasLimits(string name) => Big.ContainsKey(name);

    public static bool IsSize(string name) => Sizes.Contains(name);

    public static string? Accent(string name) => Accents.GetValueOrDefault(name);

    public static string? Fence(string name) => Operators.GetValueOrDefault(name);

    public static string Space(string width) => $"<mspace width=\"{width}\"/>";

    /// <summary>Letters in bold, script or double-struck form; null where one of them has none.</summary>
    public static string? Alphabet(string name, string text)
    {
        var bold = name is "mathbf" or "boldsymbol" or "bm";
        if (bold && text.StartsWith('\\') && Letters.TryGetValue(text[1..], out var greek))
            return $"<mi style=\"font-weight:bold\">{greek}</mi>";
        var styled = new List<string>();
        foreach (var letter in text.Where(letter => letter != ' '))
        {
            if (char.IsAsciiDigit(letter) && name is not ("mathcal" or "mathscr"))
                styled.Add(char.ConvertFromUtf32((bold ? 0x1D7CE : 0x1D7D8) + letter - '0'));
            else if (!char.IsAsciiLetter(letter))
                return null;
            else if (!bold && (name == "mathbb" ? Double : Script).TryGetValue(letter.ToString(), out var old))
                styled.Add(old);
            else
                styled.Add(char.ConvertFromUtf32(
                    Start(name) + (char.IsUpper(letter) ? letter - 'A' : letter - 'a' + 26)));
        }
        return $"<mi>{string.Concat(styled)}</mi>";
    }

    private static int Start(string name) => name switch
    {
        "mathbb" => 0x1D538,
        "mathcal" or "mathscr" => 0x1D49C,
        _ => 0x1D400,
    };

    private static Dictionary<string, string> Table(string pairs)
    {
        var words = pairs.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
        return words.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1].Replace("\\u00a0", "\u00a0"));
    }
}
