using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace W2S.Tests.Identity;

/// <summary>A type, or one member of a static class: its tokens without comments, layout and local names, and what of
/// the library it uses.</summary>
/// <remarks>
/// Left out, because no number depends on it: attributes, the texts of exceptions, namespaces before a name, the
/// display names of losses and
/// experiments, what a type lists of itself in a catalogue, and the default of a record's property, which stands in the
/// record itself.
/// </remarks>
internal sealed class SyntaxPiece : CSharpSyntaxWalker
{
    private static readonly HashSet<string> DisplayNames = ["Name", "Setting", "Kind", "Title"];
    private readonly StringBuilder text = new();
    private readonly Dictionary<ISymbol, int> locals = new(SymbolEqualityComparer.Default);
    private readonly HashSet<ISymbol> uses = new(SymbolEqualityComparer.Default);
    private readonly IAssemblySymbol library;
    private SemanticModel model = null!;
    private int patterns;

    /// <summary>Begins a piece.</summary>
    public SyntaxPiece(ISymbol symbol, IAssemblySymbol library) : base(SyntaxWalkerDepth.Token)
    {
        this.library = library;
        // the class of a single member
        if (symbol is not INamedTypeSymbol) text.Append(symbol.ContainingType.Name).Append("::");
        else if (((INamedTypeSymbol)symbol).BaseType is { } up) Use(up);
    }

    /// <summary>Its tokens.</summary>
    public string Text => text.ToString();

    /// <summary>Types of the library, and members of its static classes.</summary>
    public IReadOnlyCollection<ISymbol> Uses => uses;

    /// <summary>Takes a declaration in; a partial type has several.</summary>
    public void Read(SyntaxNode declaration, SemanticModel bound)
    {
        model = bound;
        // A static class counts by the members that are used; what its own declaration says is no code.
        if (declaration is ClassDeclarationSyntax type && type.Modifiers.Any(SyntaxKind.StaticKeyword))
            text.Append("static class ").Append(type.Identifier.ValueText);
        else Visit(declaration);
        text.Append('\n');
    }

    public override void VisitToken(SyntaxToken token) =>
        text.Append(token.IsKind(SyntaxKind.IdentifierToken) ? NameOf(token) : token.Text).Append(' ');

    public override void VisitAttributeList(AttributeListSyntax node)
    {
    }

    public override void VisitThrowStatement(ThrowStatementSyntax node) => text.Append("throw ; ");

    public override void VisitThrowExpression(ThrowExpressionSyntax node) => text.Append("throw ");

    public override void VisitQualifiedName(QualifiedNameSyntax node)
    {
        if (model.GetSymbolInfo(node.Left).Symbol is INamespaceSymbol) Visit(node.Right);
        else base.VisitQualifiedName(node);
    }

    public override void VisitMemberAccessExpression(MemberAccessExpressionSyntax node)
    {
        if (model.GetSymbolInfo(node.Expression).Symbol is INamespaceSymbol) Visit(node.Name);
        else base.VisitMemberAccessExpression(node);
    }

    public override void VisitSimpleBaseType(SimpleBaseTypeSyntax node)
    {
        if (!IsCatalogued(node.Type)) base.VisitSimpleBaseType(node);
    }

    public override void VisitPropertyDeclaration(PropertyDeclarationSyntax node)
    {
        if (IsCatalogued(node.ExplicitInterfaceSpecifier?.Name)) return;
        var isDisplayName = DisplayNames.Contains(node.Identifier.ValueText) && $"{node.Type}" == "string"
            && node.Initializer is null
            && node.AccessorList?.Accessors.All(
                accessor => accessor.Body is null && accessor.ExpressionBody is null) != true;
        if (isDisplayName) return;
        var standsInRecord = node.Parent is RecordDeclarationSyntax && node.Initializer is not null
            && node.AccessorList?.Accessors.Any(
                accessor =>
                    accessor.IsKind(SyntaxKind.InitAccessorDeclaration)
                        || accessor.IsKind(SyntaxKind.SetAccessorDeclaration)) == true;
        if (standsInRecord) VisitWithoutDefault(node);
        else base.VisitPropertyDeclaration(node);
    }

    public override void VisitRecursivePattern(RecursivePatternSyntax node) =>
        Quietly(() => base.VisitRecursivePattern(node));

    public override void VisitDeclarationPattern(DeclarationPatternSyntax node) =>
        Quietly(() => base.VisitDeclarationPattern(node));

    public override void VisitTypePattern(TypePatternSyntax node) => Quietly(() => base.VisitTypePattern(node));

    public override void VisitConstantPattern(ConstantPatternSyntax node) =>
        Quietly(() => base.VisitConstantPattern(node));

    public override void VisitBinaryExpression(BinaryExpressionSyntax node)
    {
        if (!node.IsKind(SyntaxKind.IsExpression)) base.VisitBinaryExpression(node);
        else Quietly(() => base.VisitBinaryExpression(node));
    }

    public override void VisitImplicitObjectCreationExpression(ImplicitObjectCreationExpressionSyntax node)
    {
        Use(model.GetTypeInfo(node).Type);
        base.VisitImplicitObjectCreationExpression(node);
    }

    public override void VisitIdentifierName(IdentifierNameSyntax node)
    {
        Use(SymbolOf(node));
        base.VisitIdentifierName(node);
    }

    public override void VisitGenericName(GenericNameSyntax node)
    {
        Use(SymbolOf(node));
        base.VisitGenericName(node);
    }

    private static bool IsCatalogued(TypeSyntax? name) =>
        name is GenericNameSyntax { Identifier.ValueText: "ICatalogued" };

    private void VisitWithoutDefault(PropertyDeclarationSyntax node)
    {
        foreach (var part in node.ChildNodesAndTokens())
        {
            if (part.IsNode && part.AsNode() is not EqualsValueClauseSyntax) Visit(part.AsNode());
            else if (part.IsToken && !part.IsKind(SyntaxKind.SemicolonToken)) VisitToken(part.AsToken());
        }
    }

    // To ask what something is calls none of its code.
    private void Quietly(Action visit)
    {
        patterns++;
        visit();
        patterns--;
    }

    private void Use(ISymbol? symbol)
    {
        if (patterns > 0 || symbol is null || symbol is INamespaceSymbol) return;
        if (symbol is IMethodSymbol { ReducedFrom: { } extension }) symbol = extension;
        symbol = symbol.OriginalDefinition;
        if (symbol is IMethodSymbol { MethodKind: MethodKind.LocalFunction or MethodKind.AnonymousFunction }
            or ILocalSymbol or IParameterSymbol) return;
        if (!SymbolEqualityComparer.Default.Equals(symbol.ContainingAssembly, library)) return;
        if (symbol is INamedTypeSymbol type) uses.Add(type);
        else if (symbol.ContainingType is { } owner) uses.Add(owner.IsStatic ? symbol : owner);
    }

    private string NameOf(SyntaxToken token)
    {
        var symbol = token.Parent switch
        {
            SimpleNameSyntax { Parent: NameColonSyntax } => null, // a parameter's name matters to who calls by it
            SimpleNameSyntax name => SymbolOf(name),
            { } declaration => model.GetDeclaredSymbol(declaration),
            null => null,
        };
        var isLocal =
            symbol is ILocalSymbol or IRangeVariableSymbol or ILabelSymbol
                or IMethodSymbol { MethodKind: MethodKind.LocalFunction }
            || symbol is IParameterSymbol
            {
                ContainingSymbol: not IMethodSymbol
                {
                    MethodKind: MethodKind.Constructor,
                    ContainingType.IsRecord: true
                }
            };
        if (!isLocal) return token.ValueText;
        if (!locals.TryGetValue(symbol!, out var number)) locals[symbol!] = number = locals.Count;
        return $"local{number}";
    }

    private ISymbol? SymbolOf(SimpleNameSyntax name)
    {
        var info = model.GetSymbolInfo(name);
        return info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
    }
}
