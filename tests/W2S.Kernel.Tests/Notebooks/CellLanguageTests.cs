using System.Text.Json.Nodes;
using W2S.Kernel.Notebooks;

namespace W2S.Kernel.Tests.Notebooks;

public sealed class CellLanguageTests
{
    [Theory]
    [InlineData("{}", "csharp")]
    [InlineData("""{"kernelspec": {"name": ".net-csharp", "language": "C#"}}""", "csharp")]
    [InlineData("""{"kernelspec": {"name": "my-kernel", "language": "C#"}}""", "csharp")]
    [InlineData("""{"kernelspec": {"name": ".net-fsharp"}}""", "fsharp")]
    [InlineData(
        """
        {"kernelspec": {"name": ".net-csharp"}, "polyglot_notebook": {"kernelInfo": {"defaultKernelName": "fsharp"}}}
        """, "fsharp")]
    [InlineData("""{"language_info": {"name": "F#"}}""", "fsharp")]
    [InlineData("""{"language_info": {"name": "polyglot-notebook"}}""", "csharp")]
    [InlineData("""{"language_info": {"name": "dotnet-interactive.fsharp"}}""", "fsharp")]
    [InlineData(
        """
        {"kernelspec": {"name": "dotnet-interactive", "display_name": "Polyglot Notebook",
         "language": "polyglot-notebook"}}
        """, "csharp")]
    [InlineData("""{"kernelspec": {"name": ".net-fsharp", "language": "polyglot-notebook"}}""", "fsharp")]
    [InlineData("""{"polyglot_notebook": {"kernelInfo": {"defaultKernelName": "polyglot-notebook.fsharp"}}}""",
        "fsharp")]
    [InlineData("""{"dotnet_interactive": {"defaultKernelName": "fsharp"}, "kernelspec": {"name": ".net-csharp"}}""",
        "fsharp")]
    [InlineData("""{"kernelspec": "python3", "language_info": [], "polyglot_notebook": {"kernelInfo": 3}}""", "csharp")]
    public void TheNotebooksMetadataSayItsLanguage(string metadata, string expected)
    {
        var notebook = NotebookFile.Of("1");
        notebook.Root["metadata"] = JsonNode.Parse(metadata);
        Assert.Equal(expected, CellLanguage.OfNotebook(notebook));
    }

    [Fact]
    public void ANotebookOfAnotherKernelIsRefused()
    {
        var notebook = NotebookFile.Of("1");
        notebook.Root["metadata"] =
            JsonNode.Parse("""{"kernelspec": {"name": "python3", "display_name": "Python 3"}}""");
        Assert.Contains("'Python 3'",
            Assert.Throws<NotebookException>(() => CellLanguage.OfNotebook(notebook)).Message);
    }

    [Fact]
    public void TheNotebooksOwnLanguageIsNotAlwaysCSharp()
    {
        var cell = NotebookFile.Code("1");
        cell["metadata"] = JsonNode.Parse("""{"vscode": {"languageId": "polyglot-notebook"}}""");
        Assert.Equal("fsharp", CellLanguage.OfCell(new(cell), 1, "fsharp"));
    }

    [Theory]
    [InlineData("""{"polyglot_notebook": {"kernelName": "fsharp"}}""", "fsharp")]
    [InlineData("""{"dotnet_interactive": {"language": "html"}}""", "html")]
    [InlineData("""{"vscode": {"languageId": "mermaid"}}""", "mermaid")]
    [InlineData("""{"polyglot_notebook": {"kernelName": "value"}}""", "value")]
    [InlineData("""{"polyglot_notebook": {"kernelName": "added-by-an-extension"}}""", "added-by-an-extension")]
    [InlineData("""{"vscode": {"languageId": "shellscript"}}""", "bash")]
    [InlineData("""{"vscode": {"languageId": "polyglot-notebook"}}""", "csharp")]
    [InlineData("""{"vscode": {"languageId": "dotnet-interactive"}}""", "csharp")]
    [InlineData("""{"vscode": {"languageId": "dotnet-interactive.fsharp"}}""", "fsharp")]
    [InlineData("""{"vscode": {"languageId": "Dotnet-Interactive.csharp"}}""", "csharp")]
    [InlineData("""{"dotnet_interactive": {"language": "dotnet-interactive.pwsh"}}""", "pwsh")]
    [InlineData("""{"polyglot_notebook": {"kernelName": "polyglot-notebook"}, "vscode": {"languageId": "html"}}""",
        "html")]
    [InlineData("""{"polyglot_notebook": {"kernelName": 3}, "vscode": "csharp", "dotnet_interactive": []}""", "csharp")]
    [InlineData("{}", "csharp")]
    public void ACellsMetadataComeFirst(string metadata, string expected)
    {
        var cell = NotebookFile.Code("1");
        cell["metadata"] = JsonNode.Parse(metadata);
        Assert.Equal(expected, CellLanguage.OfCell(new(cell), 1, "csharp"));
    }

    [Theory]
    [InlineData("""{"polyglot_notebook": {"kernelName": "kql"}}""", "1", "'kql'")]
    [InlineData("""{"vscode": {"languageId": "dotnet-interactive.sql"}}""", "1", "'sql'")]
    [InlineData("{}", "\n  #!python\nprint(1)", "'python'")]
    public void AnUnknownLanguageIsNamedWithItsCell(string metadata, string source, string expected)
    {
        var cell = NotebookFile.Code(source);
        cell["metadata"] = JsonNode.Parse(metadata);
        var error = Assert.Throws<NotebookException>(() => CellLanguage.OfCell(new(cell), 7, "csharp"));
        Assert.Contains("code cell 7", error.Message);
        Assert.Contains(expected, error.Message);
    }

    [Theory]
    [InlineData("#!html\n<b>x</b>")]
    [InlineData("#!time\n1")]
    public void TheEnginesOwnMagicsAreLeftToTheEngine(string source) =>
        Assert.Equal("csharp", CellLanguage.OfCell(new(NotebookFile.Code(source)), 1, "csharp"));
}
