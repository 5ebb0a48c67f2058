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
    [InlineData("""{"kernelspec": {"name": ".net-csharp"}, "polyglot_notebook": {"kernelInfo": {"defaultKernelName": "fsharp"}}}""", "fsharp")]
    [InlineData("""{"language_info": {"name": "F#"}}""", "fsharp")]
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
        notebook.Root["metadata"] = JsonNode.Parse("""{"kernelspec": {"name": "python3", "display_name": "Python 3"}}""");
        Assert.Contains("'Python 3'", Assert.Throws<NotebookException>(() => CellLanguage.OfNotebook(notebook)).Message);
    }

    [Theory]
    [InlineData("""{"polyglot_notebook": {"kernelName": "fsharp"}}""", "fsharp")]
    [InlineData("""{"dotnet_interactive": {"language": "html"}}""", "html")]
    [InlineData("""{"vscode": {"languageId": "mermaid"}}""", "mermaid")]
    [InlineData("""{"vscode": {"languageId": "shellscript"}}""", "bash")]
    [InlineData("{}", "csharp")]
    public void ACellsMetadataComeFirst(string metadata, string expected)
    {
        var cell = NotebookFile.Code("1");
        cell["metadata"] = JsonNode.Parse(metadata);
        Assert.Equal(expected, CellLanguage.OfCell(new(cell), 1, "csharp"));
    }

    [Theory]
    [InlineData("""{"polyglot_notebook": {"kernelName": "kql"}}""", "1", "'kql'")]
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
