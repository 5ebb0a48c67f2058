using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using W2S.Kernel.Engine.Assemblies;
using W2S.Kernel.Engine.Cells;

namespace W2S.Kernel.Engine.CSharp;

/// <summary>Compiles C# pieces, each on top of the one before, and loads them.</summary>
internal sealed class SubmissionCompiler(ReferenceSet references)
{
    /// <summary>Those that cells have declared.</summary>
    public Namespaces Namespaces { get; } = new();

    private static readonly ConcurrentDictionary<string, CheckedSource> Sources = new(StringComparer.Ordinal);
    private static readonly EmitOptions Emit = new(debugInformationFormat: DebugInformationFormat.PortablePdb);
    private static int count;

    /// <summary>The source that a stack frame's file name stands for.</summary>
    public static CheckedSource? SourceOf(string? file) => file is not null ? Sources.GetValueOrDefault(file) : null;

    /// <summary>Compiles and loads a piece.</summary>
    /// <param name="code">The piece, on the lines that it has in its source.</param>
    /// <param name="source">Where it stands.</param>
    /// <param name="previous">The piece before, if any.</param>
    /// <exception cref="CellFailure">It does not compile.</exception>
    public Submission Compile(string code, CellSource source, CSharpCompilation? previous)
    {
        var number = Interlocked.Increment(ref count);
        var path = $"{source.Path}#{number}";
        var usings = new List<string>();
        var prepared = CheckedCode.Of(Namespaces.Flatten(code, usings));
        var tree = CSharpSyntaxTree.ParseText(prepared.Text, CellOptions.Parsing, path);
        var compilation = SubmissionChain.Bind(CSharpCompilation.CreateScriptCompilation(
            $"cell-{number}", tree, references.References[SubmissionChain.Known(previous)..],
            CellOptions.Compiling(previous is null, $"Submission{number}", usings), previous, typeof(object)));

        using var image = new MemoryStream();
        using var symbols = new MemoryStream();
        var emitted = compilation.Emit(image, symbols, options: Emit);
        if (emitted.Diagnostics.Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error))
        {
            throw CompilationErrors.Failure(emitted.Diagnostics, source, prepared);
        }
        // no code, only usings or comments
        if (!emitted.Success) return new Submission(code, compilation, null, HasResult: false);

        Sources[path] = new CheckedSource(source, prepared);
        image.Position = symbols.Position = 0;
        var assembly = AssemblyLoadContext.Default.LoadFromStream(image, symbols);
        return new Submission(code, compilation, EntryPoint(compilation, assembly), HasResult(compilation, tree))
        {
            NeedsFamily = ModuleVersion.Uses(image, PlatformAssemblies.Interactive),
        };
    }

    private static Func<object?[], Task<object?>> EntryPoint(CSharpCompilation compilation, Assembly assembly)
    {
        var entry = compilation.GetEntryPoint(CancellationToken.None)!;
        return assembly.GetType(entry.ContainingType.MetadataName)!
            .GetMethod(entry.MetadataName, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!
            .CreateDelegate<Func<object?[], Task<object?>>>();
    }

    private static bool HasResult(CSharpCompilation compilation, SyntaxTree tree)
    {
        var root = tree.GetCompilationUnitRoot();
        if (ReturnStatements.TrailingExpression(root) is not { } last) return ReturnStatements.ReturnValue(root);
        var type = compilation.GetSemanticModel(tree).GetTypeInfo(last).Type;
        return type is not { SpecialType: SpecialType.System_Void };
    }
}
