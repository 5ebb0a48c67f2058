using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace W2S.Kernel.Tests.Repository;

/// <summary>Every file of the engine can be read after those that it builds on.</summary>
public sealed class ImportCycleTests
{
    [Fact]
    public void TheEnginesFilesFormNoCycle()
    {
        var cycles = Cycles(Uses("lib/W2S.Kernel/Engine"));
        Assert.True(cycles.Count == 0, string.Join("\n\n", cycles.Select(cycle => string.Join("\n", cycle))));
    }

    [Fact]
    public void ACycleIsFound() => Assert.Equal([["a", "b"]], Cycles(new Dictionary<string, IReadOnlyList<string>>
    {
        ["a"] = ["b", "c"],
        ["b"] = ["a"],
        ["c"] = [],
        ["d"] = ["a", "d"],
    }));

    // For each file the files that declare a type or a member which it names.
    private static Dictionary<string, IReadOnlyList<string>> Uses(string folder)
    {
        var options = new CSharpParseOptions(LanguageVersion.Preview);
        var global = CSharpSyntaxTree.ParseText(
            "global using System; global using System.IO; global using System.Linq; global using System.Threading; "
            + "global using System.Threading.Tasks; global using System.Collections.Generic;", options);
        var trees = CodeSize.Sources(folder)
            .Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), options, file)).ToList();
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is not "W2S.Kernel.dll")
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create("engine", trees.Append(global), references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
        var root = RepositoryRoot.Combine(folder);
        return trees.ToDictionary(
            tree => Path.GetRelativePath(root, tree.FilePath),
            tree =>
            {
                var model = compilation.GetSemanticModel(tree);
                return (IReadOnlyList<string>)
                [
                    .. tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>()
                        .Select(name => model.GetSymbolInfo(name).Symbol?.OriginalDefinition)
                        .Where(symbol => symbol is not null and not INamespaceSymbol)
                        .SelectMany(symbol => symbol!.DeclaringSyntaxReferences)
                        .Select(declared => declared.SyntaxTree.FilePath)
                        .Select(path => Path.GetRelativePath(root, path)).Distinct(),
                ];
            });
    }

    // Sets of files that all reach each other.
    private static List<List<string>> Cycles(IReadOnlyDictionary<string, IReadOnlyList<string>> uses)
    {
        var reached = uses.Keys.ToDictionary(file => file, file => Reach(file, uses));
        return
        [
            .. uses.Keys.Where(file => reached[file].Any(other => other != file && reached[other].Contains(file)))
                .GroupBy(file => string.Join('|', reached[file].Where(other => reached[other].Contains(file)).Order()))
                .Select(cycle => cycle.Order(StringComparer.Ordinal).ToList()),
        ];
    }

    private static HashSet<string> Reach(string file, IReadOnlyDictionary<string, IReadOnlyList<string>> uses)
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>(uses[file]);
        while (open.TryPop(out var next))
        {
            if (!reached.Add(next)) continue;
            foreach (var further in uses[next]) open.Push(further);
        }
        return reached;
    }
}
