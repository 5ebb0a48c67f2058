using Microsoft.DotNet.Interactive.Formatting;

namespace W2S.Kernel.Engine.Script;

/// <summary>A formula, shown as one on a line of its own: <c>(MathString)@"\frac{1}{2}"</c>.</summary>
/// <remarks>.NET Interactive's older name for a <see cref="LaTeXString"/> between dollar signs.</remarks>
/// <param name="latex">The formula in LaTeX, with or without <c>$$</c> around it.</param>
public sealed class MathString(string latex) : LaTeXString("$$" + latex?.Trim().Trim('$') + "$$")
{
    /// <summary>Makes a formula of its text.</summary>
    /// <param name="latex">The formula in LaTeX.</param>
    public static implicit operator MathString(string latex) => new(latex);
}
