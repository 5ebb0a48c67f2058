using Microsoft.DotNet.Interactive.Formatting;
using W2S.Kernel.Engine.Output;

namespace W2S.Kernel.Engine.Variables;

/// <summary>Lists variables for the reader.</summary>
internal static class VariableList
{
    private const int Shown = 60;

    /// <summary>One line for each variable.</summary>
    /// <param name="variables">The variables; of two of one name the first counts.</param>
    /// <param name="details">True for their types and values too.</param>
    public static string Of(IEnumerable<Variable> variables, bool details)
    {
        var sorted = variables.DistinctBy(variable => variable.Name)
            .OrderBy(variable => variable.Name, StringComparer.Ordinal).ToList();
        if (!details) return string.Join('\n', sorted.Select(variable => variable.Name));
        var name = sorted.Select(variable => variable.Name.Length).DefaultIfEmpty().Max();
        var type = sorted.Select(variable => TypeNames.Short(variable.Type).Length).DefaultIfEmpty().Max();
        return string.Join('\n', sorted.Select(variable => $"{variable.Name.PadRight(name)}  "
            + $"{TypeNames.Short(variable.Type).PadRight(type)}  {Value(variable.Value)}"));
    }

    private static string Value(object? value)
    {
        var text = value is null ? Formatter.NullString : PlainText.Of(value).ReplaceLineEndings(" ");
        return text.Length > Shown ? string.Concat(text.AsSpan(0, Shown), "…") : text;
    }
}
