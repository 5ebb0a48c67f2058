using System.Text.RegularExpressions;

namespace W2S.Torch;

/// <summary>Names that the compiler gives, without the numbers that say only which cell or which place in a class comes
/// first.</summary>
internal static partial class CompiledNames
{
    private const string Details = "<PrivateImplementationDetails>";

    /// <summary>A name as it stays when the same cell is compiled again, after others or alone.</summary>
    public static string Plain(string name)
    {
        if (name.StartsWith(Details, StringComparison.Ordinal)) return Details; // with the assembly's name behind it
        var plain = Submission().Replace(name, "Submission#");
        return plain.StartsWith('<') ? Ordinals().Replace(plain, "$1") : plain;
    }

    /// <summary>Whether a type only holds together what a cell or a method has: its members count where they are used,
    /// not as a whole.</summary>
    public static bool IsContainer(Type type) =>
        (type.Namespace is null && !type.IsNested && Submission().IsMatch(type.Name))
            || type.Name.StartsWith("<>c", StringComparison.Ordinal)
        || type.Name.StartsWith("<>f__Anonymous", StringComparison.Ordinal)
        || type.Name.StartsWith(Details, StringComparison.Ordinal);

    [GeneratedRegex(@"Submission#?\d+")] // of scripts, and of this repository's kernel
    private static partial Regex Submission();

    [GeneratedRegex(@"(__DisplayClass|__AnonymousType|__|#)\d+(_\d+)?(#\d+)?")]
    private static partial Regex Ordinals();
}
