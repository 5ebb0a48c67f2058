using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace W2S.Kernel.Engine.CSharp;

/// <summary>
/// Namespaces and classes of extension methods in cells: C# scripts have neither, so what is in them stands at the top
/// of the cell.
/// </summary>
/// <remarks>
/// A type in a namespace is thus one of the session's own, as any that a cell declares: it sees earlier cells, and a
/// cell run again replaces it. Where a cell names such a namespace, in a <c>using</c> or before a type, that is left
/// out. All characters stay in their places.
/// </remarks>
internal sealed class Namespaces
{
    private static readonly CSharpParseOptions ProgramOptions =
        CellOptions.Parsing.WithKind(SourceCodeKind.Regular);

    private readonly HashSet<string> declared = new(StringComparer.Ordinal);

    /// <summary>A piece as a script has it.</summary>
    /// <param name="code">The piece.</param>
    /// <param name="usings">Takes the namespaces that are imported inside of others.</param>
    public string Flatten(string code, ICollection<string>? usings = null)
    {
        var mayDeclare = code.Contains("namespace", StringComparison.Ordinal);
        if (!mayDeclare && declared.Count == 0 && !code.Contains("(this ", StringComparison.Ordinal)) return code;
        var root = (CompilationUnitSyntax)CSharpSyntaxTree.ParseText(code, ProgramOptions).GetRoot();
        var spaces = root.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().ToList();
        foreach (var space in spaces) declared.Add(NameOf(space));
        var text = code.ToCharArray();
        foreach (var space in spaces)
        {
            Blank(text, space.NamespaceKeyword.SpanStart, space.Name.Span.End);
            if (space is NamespaceDeclarationSyntax { OpenBraceToken: var open, CloseBraceToken: var close })
            {
                Blank(text, open.Span);
                Blank(text, close.Span);
            }
            else if (space is FileScopedNamespaceDeclarationSyntax { SemicolonToken: var end })
            {
                Blank(text, end.Span);
            }
            foreach (var inner in space.Usings)
            {
                Blank(text, inner.Span);
                if (inner.Alias is null && !IsDeclared(inner.NamespaceOrType))
                    usings?.Add(inner.NamespaceOrType.ToString());
            }
        }
        // Without a word, a namespace's type is internal, a script's private: as all are then.
        var types = spaces.SelectMany(space => space.Members).OfType<BaseTypeDeclarationSyntax>().ToList();
        if (!types.TrueForAll(type => type.Modifiers.Any(SyntaxKind.PublicKeyword))) BlankAccess(text, types);
        foreach (var outer in root.Usings.Where(outer => outer.Alias is null && IsDeclared(outer.NamespaceOrType)))
            Blank(text, outer.Span);
        foreach (var node in root.DescendantNodes())
        {
            if (node is QualifiedNameSyntax qualified && IsDeclared(qualified.Left))
                Blank(text, qualified.Left.SpanStart, qualified.DotToken.Span.End);
            else if (node is MemberAccessExpressionSyntax access && IsDeclared(access.Expression))
                Blank(text, access.Expression.SpanStart, access.OperatorToken.Span.End);
            else if (node is ClassDeclarationSyntax { Parent: not TypeDeclarationSyntax } type && HoldsExtensions(type))
            {
                Blank(text, type.SpanStart, type.OpenBraceToken.Span.End);
                Blank(text, type.CloseBraceToken.Span);
                BlankAccess(text, type.Members);
            }
        }
        return new string(text);
    }

    private bool IsDeclared(SyntaxNode name) => declared.Contains(name.ToString());

    private static string NameOf(BaseNamespaceDeclarationSyntax space) => string.Join('.',
        space.AncestorsAndSelf().OfType<BaseNamespaceDeclarationSyntax>().Reverse().Select(outer => outer.Name));

    private static bool HoldsExtensions(ClassDeclarationSyntax type) =>
        type is { TypeParameterList: null, BaseList: null } && type.Modifiers.Any(SyntaxKind.StaticKeyword)
        && type.Members.OfType<MethodDeclarationSyntax>().Any(method =>
            method.ParameterList.Parameters.FirstOrDefault()?.Modifiers.Any(SyntaxKind.ThisKeyword) == true);

    private static void BlankAccess(char[] text, IEnumerable<MemberDeclarationSyntax> members)
    {
        foreach (var modifier in members.SelectMany(member => member.Modifiers))
        {
            if (modifier.Kind() is SyntaxKind.PublicKeyword or SyntaxKind.InternalKeyword) Blank(text, modifier.Span);
        }
    }

    private static void Blank(char[] text, TextSpan span) => Blank(text, span.Start, span.End);

    private static void Blank(char[] text, int start, int end)
    {
        for (var at = start; at < end; at++)
        {
            if (text[at] is not ('\n' or '\r')) text[at] = ' ';
        }
    }
}
