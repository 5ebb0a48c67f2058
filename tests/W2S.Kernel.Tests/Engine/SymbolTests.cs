using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using W2S.Kernel.Engine.Assemblies;
using W2S.Kernel.Engine.Cells;
using W2S.Kernel.Engine.CSharp;

namespace W2S.Kernel.Tests.Engine;

/// <summary>All compilations of a process speak of the same symbols: a type is one type in every cell.</summary>
[Collection(nameof(Alone))]
public sealed class SymbolTests : IDisposable
{
    private readonly Notebooks.TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task CellsAndEditorsThatBindAtOnceShareTheirSymbols()
    {
        for (var round = 0; round < 5; round++)
        {
            var name = $"Fresh{Guid.NewGuid():N}";
            var path = Build(folder.Path, name, "public class Fresh { }");
            var runners = Enumerable.Range(0, 6).Select(_ => Runner(path)).ToList();
            var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var work = runners.Select((runner, index) => Task.Run(async () =>
            {
                await start.Task;
                if (index % 2 == 0) return Compile(runner, "typeof(Fresh)").Compilation;
                var document = await runner.Editor.OpenAsync("typeof(Fresh)", TestContext.Current.CancellationToken);
                return (await document.Project.GetCompilationAsync(TestContext.Current.CancellationToken))!;
            })).ToList();
            start.SetResult();
            var compilations = await Task.WhenAll(work);
            var fresh = MetadataCache.For(path);
            var symbols = compilations.Select(compilation => compilation.GetAssemblyOrModuleSymbol(fresh));
            Assert.Single(symbols.Distinct(SymbolEqualityComparer.Default));
            foreach (var runner in runners) runner.Dispose();
        }
    }

    [Fact]
    public async Task AReferenceThatComesLaterLeavesEarlierPiecesTheirTypes()
    {
        using var session = new Session();
        var (upper, lower) = ($"Upper{Guid.NewGuid():N}", $"Lower{Guid.NewGuid():N}");
        Directory.CreateDirectory(Path.Combine(session.Folder, "other"));
        var below = Build(Path.Combine(session.Folder, "other"), lower, "public class Lower { }");
        Build(session.Folder, upper, """
            public class Upper { }
            public class Over : Lower { }
            public static class More { public static int Own(this Upper upper) => 3; }
            """, below);

        await session.RunAsync($"#r \"{upper}.dll\"\nclass Takes {{ public int From(Upper upper) => 2; }}");
        await session.RunAsync("""
            var anonymous = new { Number = 1, Text = "one" };
            var takes = new Takes();
            int Twice(int x) => 2 * x;
            """);
        await session.RunAsync($"#r \"other/{lower}.dll\"");
        Assert.Equal("2", (await session.RunAsync("takes.From(new Upper())")).Plain);
        Assert.Equal("3", (await session.RunAsync("new Upper().Own()")).Plain);
        Assert.Equal("one 1 4", (await session.RunAsync("""
            var both = new[] { anonymous, new { Number = 2, Text = "two" } };
            $"{both[0].Text} {anonymous.Number} {Twice(2)}"
            """)).Plain);
        var members = await session.Cells.CompleteAsync("takes.", 6, TestContext.Current.CancellationToken);
        Assert.Contains("From", members.Entries.Select(entry => entry.Text));
        Assert.Equal("True", (await session.RunAsync("new Over() is Lower")).Plain);
    }

    // Told all references each time, the compiler would keep them once more for every cell before: hundreds of MB here.
    [Fact]
    public async Task WhatACellTakesDoesNotGrowWithTheCellsBeforeIt()
    {
        using var runner = new CSharpRunner(new ReferenceSet());
        await RunAsync(20);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await RunAsync(250);
        var grown = (GC.GetTotalMemory(forceFullCollection: true) - before) / 1048576.0;
        Assert.InRange(grown, -20, 60);
        Assert.Equal("270", $"{await runner.Start(Compile(runner, "value269 + 1"))}");

        async Task RunAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var number = runner.Variables.Count();
                await runner.Start(Compile(runner, $"var value{number} = {number};"));
            }
        }
    }

    [Fact]
    public async Task APieceNamesTheReferencesThatAreNew()
    {
        var references = new ReferenceSet();
        using var runner = new CSharpRunner(references);
        await runner.Start(Compile(runner, "var first = 1;"));
        var second = Compile(runner, "var second = first;");
        Assert.Empty(second.Compilation.ExternalReferences);
        await runner.Start(second);
        var path = Build(folder.Path, $"Fresh{Guid.NewGuid():N}", "public class Fresh { }");
        references.AddWithSiblings(path);
        var third = Compile(runner, "new Fresh()");
        Assert.Equal(path, Assert.Single(third.Compilation.ExternalReferences).Display);
    }

    private static CSharpRunner Runner(string path)
    {
        var references = new ReferenceSet();
        references.AddWithSiblings(path);
        return new CSharpRunner(references);
    }

    private static Submission Compile(CSharpRunner runner, string code) =>
        runner.Compile(code, new CellSource("test", null, code, ""));

    private static string Build(string folder, string name, string code, params string[] more)
    {
        var references = PlatformAssemblies.DefaultReferences.Concat(more)
            .Select(path => MetadataReference.CreateFromFile(path));
        var path = Path.Combine(folder, name + ".dll");
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary);
        var tree = CSharpSyntaxTree.ParseText(code);
        var emitted = CSharpCompilation.Create(name, [tree], references, options).Emit(path);
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics));
        return path;
    }
}
