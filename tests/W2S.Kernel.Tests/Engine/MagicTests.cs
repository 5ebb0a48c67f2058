using System.Text.Json;

namespace W2S.Kernel.Tests.Engine;

public sealed class MagicTests
{
    [Fact]
    public async Task LanguageLinesSplitACellIntoPartsInOrder()
    {
        using var session = new Session();
        var host = await session.RunAsync("""
            Console.Write("1");
            #!html
            <p>two</p>
            #!csharp
            var three = 3;
            #!markdown
            # four
            #!javascript
            go()
            #!csharp
            three + 2
            """);
        Assert.Equal(["text", "display", "display", "display", "result"], host.Events.Select(item => item.Kind));
        Assert.Equal("<p>two</p>", host.Displays[0].Bundle!["text/html"].GetValue<string>());
        Assert.Equal("# four", host.Displays[1].Bundle!["text/markdown"].GetValue<string>());
        Assert.Equal("go()", host.Displays[2].Bundle!["application/javascript"].GetValue<string>());
        Assert.Equal("5", host.Plain);
    }

    [Theory]
    [InlineData("html", "text/html")]
    [InlineData("markdown", "text/markdown")]
    [InlineData("javascript", "application/javascript")]
    public async Task ACellCanStartInAnotherLanguage(string language, string mime)
    {
        using var session = new Session();
        var host = await session.RunAsync("some text", language);
        Assert.Equal("some text", host.Displays.Single().Bundle![mime].GetValue<string>());
    }

    [Fact]
    public async Task MermaidGoesOutWithItsSource()
    {
        using var session = new Session();
        var host = await session.RunAsync("#!mermaid\ngraph TD; A-->B;");
        Assert.Equal(["text/vnd.mermaid", "text/plain"], host.Displays.Single().Bundle!.Keys);
        Assert.All(host.Displays.Single().Bundle!.Values,
            value => Assert.Equal("graph TD; A-->B;", value.GetValue<string>()));
    }

    [Fact]
    public async Task UnknownMagicAndLanguageAreClearErrors()
    {
        using var session = new Session();
        var host = new RecordingHost();
        var error = await session.FailAsync("Console.Write(1);\n#!frobnicate now\n2", host: host);
        Assert.Equal(("UnknownMagic", 2, "#!frobnicate now"), (error.Name, error.Line, error.SourceLine));
        Assert.Contains("'#!frobnicate'", error.Message);
        Assert.Equal("1", host.Out);
        error = await session.FailAsync("x", "cobol");
        Assert.Equal("UnknownLanguage", error.Name);
        Assert.Contains("cobol", error.Message);
    }

    [Fact]
    public async Task TimeSaysHowLongTheRestTook()
    {
        using var session = new Session();
        var host = await session.RunAsync("#!time\nawait Task.Delay(30); 7");
        var said = host.Displays[^1].Bundle!["text/plain"].GetValue<string>();
        Assert.Matches(@"^Wall time: [0-9]+\.[0-9] ms$", said);
        Assert.True(double.Parse(said.Split(' ')[2]) >= 25);
    }

    [Fact]
    public async Task ImportRunsAFileAsIfTypedThere()
    {
        using var session = new Session();
        session.File("sub/setup.csx",
            "var a = 1;\n#!csharp\n#load \"deep/more.csx\"\nusing System.Globalization;\nint Next() => a + b;\na");
        session.File("sub/deep/more.csx", "var b = 2; b");
        session.File("page.html", "<hr>");
        session.File("note.md", "*note*");
        var host = await session.RunAsync("#!import \"sub/setup.csx\"");
        Assert.Equal(["display"], host.Events.Select(item => item.Kind));
        Assert.Equal("1", host.Displays[0].Bundle!["text/plain"].GetValue<string>());
        Assert.Equal("3", (await session.RunAsync("Next()")).Plain);
        Assert.Equal("", (await session.RunAsync("CultureInfo.InvariantCulture.Name")).Plain);
        host = await session.RunAsync("#!import page.html\n#!import \"note.md\"");
        Assert.Equal(["<hr>", "*note*"], host.Displays.Select(item => item.Bundle!.Values.First().GetValue<string>()));
    }

    [Fact]
    public async Task ImportRunsTheCodeCellsOfANotebook()
    {
        using var session = new Session();
        var notebook = new
        {
            nbformat = 4,
            cells = new object[]
            {
                new { cell_type = "markdown", source = "# title" },
                new { cell_type = "code", source = new[] { "var q = 1;\n", "q += 1;" } },
                new { cell_type = "code", source = "#!html\n<b/>" },
            },
        };
        session.File("other.ipynb", JsonSerializer.Serialize(notebook));
        var host = await session.RunAsync("#!import \"other.ipynb\"\n#!csharp\nq");
        Assert.Equal("2", host.Plain);
        Assert.Single(host.Displays);
    }

    [Fact]
    public async Task AnImportedNotebooksLanguagesAreThoseOfARun()
    {
        using var session = new Session();
        session.File("other.ipynb", """
            {
              "nbformat": 4,
              "metadata": {
                "kernelspec": {"name": ".net-csharp"},
                "polyglot_notebook": {"kernelInfo": {"defaultKernelName": "html"}}
              },
              "cells": [
                {"cell_type": "code", "source": "<hr>"},
                {"cell_type": "code", "source": "*note*", "metadata": {"vscode": {"languageId": "markdown"}}},
                {"cell_type": "code", "source": "var seven = 7;",
                 "metadata": {"polyglot_notebook": {"kernelName": ".net-csharp"}}}
              ]
            }
            """);
        var host = await session.RunAsync("#!import other.ipynb\nseven");
        Assert.Equal(["text/html", "text/markdown"], host.Displays.Select(item => item.Bundle!.Keys.First()));
        session.File("python.ipynb",
            """
            {"nbformat": 4, "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}}, "cells": []}
            """);
        var error = await session.FailAsync("#!import python.ipynb");
        Assert.Contains("python.ipynb' is written for the kernel 'Python 3'", error.Message);
    }

    [Fact]
    public async Task ImportErrorsPointAtTheFileAndAtTheImport()
    {
        using var session = new Session();
        session.File("setup.csx", "var x = 1;\n\nthrow new InvalidOperationException(\"build it first\");");
        var error = await session.FailAsync("// first\n#!import \"setup.csx\"");
        Assert.Equal(("InvalidOperationException", "build it first", 2, "#!import \"setup.csx\""),
            (error.Name, error.Message, error.Line, error.SourceLine));
        Assert.Contains(error.Traceback, line => line.Contains("setup.csx, line 3"));
        Assert.Contains(error.Traceback,
            line => line.Contains("throw new InvalidOperationException(\"build it first\")"));

        error = await session.FailAsync("#!import \"nowhere.csx\"");
        Assert.Contains("nowhere.csx", error.Message);
        session.File("loop.csx", "#!import \"loop.csx\"");
        Assert.Contains("imports itself", (await session.FailAsync("#!import \"loop.csx\"")).Message);
        session.File("data.xyz", "");
        Assert.Contains(".xyz", (await session.FailAsync("#!import data.xyz")).Message);
        session.File("broken.ipynb", "{ \"cells\": [");
        Assert.Contains("broken.ipynb", (await session.FailAsync("#!import broken.ipynb")).Message);
        Assert.Contains("needs a file", (await session.FailAsync("#!import")).Message);
    }
}
