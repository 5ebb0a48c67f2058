using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace W2S.Kernel.Tests.Repository;

/// <summary>How much code a folder holds.</summary>
/// <param name="Folder">From the repository's root.</param>
/// <param name="Files">C# files and scripts, those that a build makes left out.</param>
/// <param name="Lines">Lines that hold more than white space and comments; a line over <see cref="Columns"/> counts as
/// often as it would have to be broken.</param>
/// <param name="PublicTypes">Types that another project can name; one in several parts counts once.</param>
internal sealed record CodeSize(string Folder, int Files, int Lines, int PublicTypes)
{
    /// <summary>The longest line there may be, in characters.</summary>
    public const int Columns = 120;

    private static readonly CSharpParseOptions Program = new(LanguageVersion.Preview);
    private static readonly CSharpParseOptions Script = Program.WithKind(SourceCodeKind.Script);

    /// <summary>Counts what a folder of the repository holds.</summary>
    public static CodeSize Of(string folder)
    {
        var sources = Sources(folder)
            .Select(file => (Text: File.ReadAllText(file), As: Path.GetExtension(file) == ".csx" ? Script : Program))
            .ToList();
        return new CodeSize(folder, sources.Count, sources.Sum(source => LinesOf(source.Text, source.As)),
            sources.SelectMany(source => PublicTypesOf(source.Text, source.As)).Distinct().Count());
    }

    /// <summary>The C# files and scripts below a folder of the repository, those that a build makes left out.</summary>
    public static IEnumerable<string> Sources(string folder)
    {
        var root = RepositoryRoot.Combine(folder);
        return Directory.EnumerateFiles(root, "*.cs*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".cs" or ".csx")
            .Where(file => !Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar)
                .Any(part => part is "obj" or "bin" or "runs"))
            .Order(StringComparer.Ordinal);
    }

    /// <summary>Lines of code of one source.</summary>
    public static int LinesOf(string source, CSharpParseOptions? options = null)
    {
        var text = source.ToCharArray();
        foreach (var comment in Root(source, options).DescendantTrivia().Where(IsComment))
        {
            for (var at = comment.FullSpan.Start; at < comment.FullSpan.End; at++)
            {
                if (text[at] != '\n') text[at] = ' ';
            }
        }
        return new string(text).Split('\n').Sum(line => (line.TrimEnd().Length + Columns - 1) / Columns);
    }

    /// <summary>The names of one source's public types.</summary>
    public static IEnumerable<string> PublicTypesOf(string source, CSharpParseOptions? options = null) =>
        Root(source, options).DescendantNodes().OfType<MemberDeclarationSyntax>()
            .Where(member => member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax)
            .Where(type => type.AncestorsAndSelf().OfType<MemberDeclarationSyntax>()
                .All(outer => outer is BaseNamespaceDeclarationSyntax || outer.Modifiers.Any(SyntaxKind.PublicKeyword)))
            .Select(type =>
                string.Join('.', type.AncestorsAndSelf().Select(Name).Where(name => name is not null).Reverse()));

    private static SyntaxNode Root(string source, CSharpParseOptions? options) =>
        CSharpSyntaxTree.ParseText(source, options ?? Program).GetRoot();

    private static bool IsComment(SyntaxTrivia trivia) => trivia.Kind() is SyntaxKind.SingleLineCommentTrivia
        or SyntaxKind.MultiLineCommentTrivia or SyntaxKind.SingleLineDocumentationCommentTrivia
        or SyntaxKind.MultiLineDocumentationCommentTrivia;

    private static string? Name(SyntaxNode node) => node switch
    {
        BaseNamespaceDeclarationSyntax space => space.Name.ToString(),
        TypeDeclarationSyntax type => $"{type.Identifier.Text}`{type.TypeParameterList?.Parameters.Count ?? 0}",
        BaseTypeDeclarationSyntax type => type.Identifier.Text,
        DelegateDeclarationSyntax type => $"{type.Identifier.Text}`{type.TypeParameterList?.Parameters.Count ?? 0}",
        _ => null,
    };
}
