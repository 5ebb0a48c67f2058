namespace W2S.Kernel.Notebooks.Html;

/// <summary>Reads the source of a formula from left to right.</summary>
/// <param name="text">The source.</param>
internal abstract class LatexReader(string text)
{
    private int at;

    protected bool End => at >= text.Length;

    /// <summary>The next letter, which stays.</summary>
    protected char Letter => text[at];

    /// <summary>The next letter, which is read.</summary>
    protected char Next() => text[at++];

    /// <summary>Digits, with a decimal point between them.</summary>
    protected string Number()
    {
        var start = at;
        while (!End
            && (char.IsAsciiDigit(Letter)
                || (Letter == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]))))
            at++;
        return text[start..at];
    }

    /// <summary>The text of a group as it stands.</summary>
    protected string Raw()
    {
        Skip();
        if (End || Letter != '{')
            return End ? throw Unknown("{") : Next().ToString();
        var depth = 0;
        var start = at + 1;
        for (; !End; at++)
        {
            depth += Letter == '{' ? 1 : Letter == '}' ? -1 : 0;
            if (depth == 0)
                return text[start..at++];
        }
        throw Unknown("{");
    }

    /// <summary>The name of the command that stands next.</summary>
    protected string Name()
    {
        var start = ++at;
        while (!End && char.IsAsciiLetter(Letter))
            at++;
        if (at == start && !End)
            at++;
        return text[start..at];
    }

    /// <summary>Whether a sign or a whole command stands next.</summary>
    protected bool Ahead(string what) =>
        string.CompareOrdinal(text, at, what, 0, what.Length) == 0
        && !(char.IsAsciiLetter(what[^1]) && at + what.Length < text.Length
            && char.IsAsciiLetter(text[at + what.Length]));

    protected bool Take(string what)
    {
        if (End || !Ahead(what))
            return false;
        at += what.Length;
        return true;
    }

    protected void Skip()
    {
        while (!End && char.IsWhiteSpace(Letter))
            at++;
    }

    protected static FormatException Unknown(string what) => new($"'{what}' is not covered");
}
