using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace W2S.Kernel.Engine.CSharp;

/// <summary>How the C# of cells is read and compiled.</summary>
internal static class CellOptions
{
    /// <summary>The language.</summary>
    public static readonly CSharpParseOptions Parsing =
        new(LanguageVersion.Latest, DocumentationMode.None, SourceCodeKind.Script);

    /// <summary>What cells know without a <c>using</c>, static members of types included.</summary>
    public static readonly IReadOnlyList<string> DefaultUsings =
    [
        "System", "System.Text", "System.Collections", "System.Collections.Generic", "System.Threading.Tasks",
        "System.Linq", "Microsoft.DotNet.Interactive.Formatting", "Microsoft.DotNet.Interactive.Kernel",
        "W2S.Kernel.Engine.Script", "W2S.Kernel.Engine.Script.Functions",
        "W2S.Kernel.Engine.Script.CSharpFunctions", "W2S.Kernel.Engine.Widgets",
        "W2S.Kernel.Engine.Widgets.Interaction",
    ];

    /// <summary>The options of a session's first piece, or of a later one.</summary>
    public static CSharpCompilationOptions Compiling(
        bool first, string className, IReadOnlyList<string>? usings = null) =>
        new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary,
            scriptClassName: className,
            usings: [.. first ? DefaultUsings : [], .. usings ?? []],
            optimizationLevel: OptimizationLevel.Release,
            allowUnsafe: true,
            concurrentBuild: false,
            assemblyIdentityComparer: DesktopAssemblyIdentityComparer.Default)
        .WithMetadataImportOptions(MetadataImportOptions.Public);
}
