using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace W2S.Kernel.Tests.Engine;

public sealed class PathReferenceTests
{
    [Fact]
    public async Task PlotlyDeedleAndTorchSharpWorkTogetherByPath()
    {
        using var session = new Session();
        await session.RunAsync($"#r \"{LibraryFolder.Dll("W2S.Charts")}\"");
        Assert.Equal("10", (await session.RunAsync("using TorchSharp;\ntorch.arange(5).sum().ToInt64()")).Plain);
        Assert.Equal("3", (await session.RunAsync("""
            using Deedle;
            var frame = Frame.FromRecords(new[] { new { A = 1, B = 2.5 }, new { A = 2, B = 3.5 } });
            frame.GetColumn<int>("A").Sum()
            """)).Plain);
        var json = (await session.RunAsync("""
            using DynamicObj;
            var trace = new Plotly.NET.Trace("scatter");
            trace.SetProperty("y", new[] { 0.5, 0.25 });
            var chart = Plotly.NET.GenericChart.ofTraceObjects<IEnumerable<Plotly.NET.Trace>>(false, new[] { trace });
            Plotly.NET.GenericChart.toFigureJson(chart)
            """)).Plain!;
        Assert.Contains("\"data\"", json);
        Assert.Contains("0.25", json);
    }

    [Fact]
    public async Task ALibraryAndItsSiblingLoadAndItsFormatterIsTheKernels()
    {
        using var session = new Session();
        var name = $"Lib{Guid.NewGuid():N}";
        Build(session.Folder, name + "Base", "public static class Base { public static int Seven() => 7; }");
        Build(session.Folder, name, $$"""
            using Microsoft.DotNet.Interactive.Formatting;
            public sealed class Shape { public int Sides => Base.Seven(); }
            public static class Setup
            {
                public static void Register() =>
                    Formatter.Register<Shape>(shape => $"shape of {shape.Sides}", "text/plain");
            }
            """, name + "Base");
        var host = await session.RunAsync($"#r \"{name}.dll\"\nSetup.Register();\nnew Shape()");
        Assert.Equal("shape of 7", host.Plain);
        Assert.Equal("7", (await session.RunAsync("Base.Seven()")).Plain);
        await session.RunAsync($"#r \"{name}.dll\"");
    }

    [Fact]
    public async Task ALibrarysNamesHideTheKernelsOwn()
    {
        using var session = new Session();
        var name = $"Lib{Guid.NewGuid():N}";
        Build(session.Folder, name,
            "namespace Forms { public sealed class Text { public string Whose => \"the library's\"; } }");
        Assert.Equal("W2S.Kernel.Engine.Widgets.Text", (await session.RunAsync("typeof(Text).FullName")).Plain);
        var host = await session.RunAsync($"#r \"{name}.dll\"\nusing Forms;\nnew Text().Whose");
        Assert.Equal("the library's", host.Plain);
        Assert.Equal("the library's", (await session.RunAsync("new Text().Whose")).Plain);
    }

    [Fact]
    public async Task ARebuiltLibraryIsSaid()
    {
        using var session = new Session();
        var name = $"Lib{Guid.NewGuid():N}";
        Build(session.Folder, name, "public static class C { public const int A = 1; }");
        await session.RunAsync($"#r \"{name}.dll\"");
        Build(session.Folder, name, "public static class C { public const int A = 2; }");
        var error = await session.FailAsync($"\n#r \"{name}.dll\"");
        Assert.Equal(("ReferenceError", 2), (error.Name, error.Line));
        Assert.Contains("restart the kernel", error.Message);
    }

    [Fact]
    public async Task MissingOrBrokenFilesAreClearErrors()
    {
        using var session = new Session();
        var error = await session.FailAsync("var x = 1;\n#r \"gone/Missing.dll\"");
        Assert.Equal(("ReferenceError", 2, "#r \"gone/Missing.dll\""), (error.Name, error.Line, error.SourceLine));
        Assert.Contains("gone/Missing.dll", error.Message);
        session.File("text.dll", "not an assembly");
        error = await session.FailAsync("#r \"text.dll\"");
        Assert.Contains("text.dll", error.Message);
    }

    [Fact]
    public async Task RuntimeAssembliesAreKnownByName()
    {
        using var session = new Session();
        await session.RunAsync("#r \"System.Xml.Linq\"\nvar x = new System.Xml.Linq.XElement(\"a\");");
    }

    [Fact]
    public async Task DirectivesInsideTextAndCommentsAreLeftAlone()
    {
        using var session = new Session();
        var host = await session.RunAsync(
            "var text = @\"\n#r \"\"nope.dll\"\"\n\";\n/*\n#r \"nope.dll\"\n*/\ntext.Length");
        Assert.Equal("15", host.Plain);
    }

    private static void Build(string folder, string name, string code, params string[] others)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Concat(others.Select(other => Path.Combine(folder, other + ".dll")))
            .Select(path => MetadataReference.CreateFromFile(path));
        var result = CSharpCompilation.Create(name, [CSharpSyntaxTree.ParseText(code)], references,
            new(OutputKind.DynamicallyLinkedLibrary))
            .Emit(Path.Combine(folder, name + ".dll"));
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
    }

    [Fact]
    public async Task AProjectIsBuiltAndReferredTo()
    {
        using var session = new Session();
        session.File("lib/W2S.Greeter.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
            </Project>
            """);
        session.File("lib/Greeter.cs", "public static class Greeter { public static string Hello => \"hello\"; }");
        session.File("broken/Broken.csproj", "<Project>");
        var host = await session.RunAsync("#r \"lib/W2S.Greeter.csproj\"\nGreeter.Hello");
        Assert.Equal("hello", host.Plain);
        Assert.Equal("Built W2S.Greeter", host.Displays[^1].Bundle!["text/plain"].GetValue<string>());
        var error = await session.FailAsync("1\n#r \"broken/Broken.csproj\"");
        Assert.Equal(("ReferenceError", 2), (error.Name, error.Line));
        Assert.Contains("Broken does not build: ", error.Message);
        Assert.Contains("error MSB", error.Message);
    }
}
