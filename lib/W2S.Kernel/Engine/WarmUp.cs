using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using W2S.Kernel.Engine.Assemblies;
using W2S.Kernel.Engine.Cells;
using W2S.Kernel.Engine.CSharp;
using W2S.Kernel.Engine.Output;

namespace W2S.Kernel.Engine;

/// <summary>Has the compiler and the formatters compiled before the first cell asks for them.</summary>
internal static class WarmUp
{
    private static readonly string[] Cells =
    [
        "var first = new[] { 1, 2 }; string Twice(string text) => text + text;",
        "using System.Linq; var second = first.Select(x => x + 1).Where(x => x > 0).OrderBy(x => x).ToList(); "
        + "second.Count",
        "await System.Threading.Tasks.Task.CompletedTask; $\"{second[0]} {Twice(\"x\")}\"",
    ];

    private static int started;

    /// <summary>Starts it in the background, once a process.</summary>
    /// <remarks>On threads of its own: the pool, which on few cores has few, serves the sockets.</remarks>
    public static void Start()
    {
        if (Interlocked.Exchange(ref started, 1) != 0) return;
        Begin(() => RunAsync().GetAwaiter().GetResult());
        Begin(() =>
        {
            ValueFormatters.Register();
            EmitNothing();
            Renderer.Render(1);
        });
    }

    private static void Begin(Action work) => Task.Factory.StartNew(
        work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static async Task RunAsync()
    {
        CompileAlone();
        using var runner = new CSharpRunner(new ReferenceSet());
        foreach (var cell in Cells)
        {
            var submission = runner.Compile(cell, new CellSource("warm-up", null, cell, ""));
            Renderer.Render(await runner.Start(submission).ConfigureAwait(false));
        }
    }

    // Against one assembly: what compiling itself needs is there while a first cell still reads its references.
    private static void CompileAlone()
    {
        var tree = CSharpSyntaxTree.ParseText(Cells[0], CellOptions.Parsing);
        ReferenceBinding.Bind(CSharpCompilation.CreateScriptCompilation("warm-up", tree,
            [MetadataCache.For(typeof(object).Assembly.Location)],
            CellOptions.Compiling(first: false, "WarmUp", ["System"]))).Emit(Stream.Null, Stream.Null);
    }

    // What writes assemblies, while what binds is at work beside it.
    private static void EmitNothing() => ReferenceBinding.Bind(CSharpCompilation.Create("nothing", [],
        [MetadataCache.For(typeof(object).Assembly.Location)],
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, concurrentBuild: false)))
        .Emit(Stream.Null, Stream.Null);
}
