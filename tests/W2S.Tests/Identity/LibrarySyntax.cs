using System.Security.Cryptography;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace W2S.Tests.Identity;

/// <summary>The library's source, bound by the compiler: says what a type's code is, with every piece of the library
/// that it calls.</summary>
internal sealed class LibrarySyntax
{
    private const string ImplicitUsings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    private static readonly Lazy<LibrarySyntax> Now = new(Read);
    private readonly CSharpCompilation compilation;
    private readonly Dictionary<SyntaxTree, SemanticModel> models = [];
    private readonly Dictionary<ISymbol, SyntaxPiece> pieces = new(SymbolEqualityComparer.Default);

    private LibrarySyntax(CSharpCompilation compilation) => this.compilation = compilation;

    /// <summary>The source as it lies in the repository.</summary>
    public static LibrarySyntax Current => Now.Value;

    /// <summary>The same library with one file's text changed.</summary>
    public LibrarySyntax Edited(string file, Func<string, string> edit)
    {
        var tree = compilation.SyntaxTrees.Single(one => Path.GetFileName(one.FilePath) == file);
        var (before, after) = ($"{tree.GetText()}", edit($"{tree.GetText()}"));
        Assert.NotEqual(before, after);
        return new LibrarySyntax(
            compilation.ReplaceSyntaxTree(tree,
                tree.WithChangedText(Microsoft.CodeAnalysis.Text.SourceText.From(after))));
    }

    // Two types of the library may share a name; one of them carries a revision.
    private INamedTypeSymbol Type(string name) =>
        compilation.GetTypeByMetadataName(Subjects.All.Single(type => type.Name == name).FullName!)
        ?? compilation.GetSymbolsWithName(name, SymbolFilter.Type).OfType<INamedTypeSymbol>().Single(
            type => type.ContainingType is null);

    /// <summary>All pieces of code that decide a type's numbers, up to those with a revision that counts by itself, and
    /// the ground floor.</summary>
    public IReadOnlyCollection<ISymbol> Reach(string name, IReadOnlySet<string> stops)
    {
        var start = Type(name);
        var found = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        var open = new Queue<ISymbol>();
        Open(start);
        if (start.IsStatic) foreach (var member in start.GetMembers()) Open(member);
        while (open.TryDequeue(out var symbol))
            if (symbol is not INamedTypeSymbol type || !IsStop(type)) foreach (var next in PieceOf(symbol).Uses)
                Open(next);
        return found;

        void Open(ISymbol symbol)
        {
            var type = symbol as INamedTypeSymbol ?? symbol.ContainingType;
            if (GroundFloor.Holds(type)) return;
            if (IsStop(type)) symbol = type;
            if (found.Add(symbol)) open.Enqueue(symbol);
        }

        bool IsStop(INamedTypeSymbol type) =>
            !SymbolEqualityComparer.Default.Equals(type, start) && stops.Contains(type.Name);
    }

    /// <summary>A sum over the code of a type and all that it calls, without comments, layout and local
    /// names.</summary>
    public string Fingerprint(string name, IReadOnlySet<string> stops)
    {
        var texts = Reach(name, stops).Where(symbol => !stops.Contains(symbol.Name) || symbol.Name == name)
            .Select(symbol => PieceOf(symbol).Text).Order(StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', texts))))[..16];
    }

    private SyntaxPiece PieceOf(ISymbol symbol)
    {
        if (pieces.TryGetValue(symbol, out var piece)) return piece;
        piece = new SyntaxPiece(symbol, compilation.Assembly);
        foreach (var reference in symbol.DeclaringSyntaxReferences)
        {
            if (!models.TryGetValue(reference.SyntaxTree, out var model))
                models[reference.SyntaxTree] = model = compilation.GetSemanticModel(reference.SyntaxTree);
            piece.Read(reference.GetSyntax(), model);
        }
        return pieces[symbol] = piece;
    }

    private static LibrarySyntax Read()
    {
        var options = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.CSharp14);
        var trees =
            Directory.EnumerateFiles(Path.Combine(TestPaths.Repository, "lib"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Split('/', '\\').Any(part => part is "obj" or "bin" or "W2S.Kernel"))
            .Select(path => CSharpSyntaxTree.ParseText(File.ReadAllText(path), options, path));
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("W2S.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path));
        return new LibrarySyntax(
            CSharpCompilation.Create("W2S", trees.Append(CSharpSyntaxTree.ParseText(ImplicitUsings, options)),
                references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true,
                nullableContextOptions: NullableContextOptions.Enable)));
    }
}
