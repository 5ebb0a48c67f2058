using W2S.Kernel.Notebooks;

namespace W2S.Kernel.Tests.Notebooks;

public sealed class NotebookParametersTests
{
    private const string Declared =
        "var epochs = 5; string size = \"big\"; float rate = 0.1f; var share = 2m; bool on = false;";

    [Fact]
    public void ValuesStandInACellBehindTheDeclarationsAsTheyAreDeclared()
    {
        var notebook = NotebookFile.Of(NotebookFile.Code("1"), NotebookFile.Code(Declared, "parameters"),
            NotebookFile.Code("epochs"));
        for (var run = 0; run < 2; run++) // the second in the place of the first
        {
            NotebookParameters.Set(notebook, new Dictionary<string, string>
            {
                ["epochs"] = "7",
                ["size"] = "5 \"cm\"",
                ["rate"] = "-1e-3",
                ["share"] = "0.5",
                ["on"] = "true",
            });
            Assert.Equal(4, notebook.Cells.Count);
        }
        Assert.Equal("""
            // Parameters of this run
            epochs = 7;
            size = "5 \"cm\"";
            rate = -1e-3f;
            share = 0.5m;
            on = true;
            """, notebook.Cells[2].Source);
        Assert.Equal(["injected-parameters"], notebook.Cells[2].Tags);
    }

    [Fact]
    public void AParameterThatIsNotThereIsNamedWithThoseThatAre()
    {
        var notebook = NotebookFile.Of(NotebookFile.Code("var a = 1;\nint b = 2, c = 3;", "parameters"));
        var one = new Dictionary<string, string> { ["d"] = "1" };
        Assert.Equal("has no parameter 'd'; the cell with the tag 'parameters' declares a, b, c",
            Assert.Throws<NotebookException>(() => NotebookParameters.Set(notebook, one)).Message);
        Assert.Contains("no cell with the tag 'parameters'",
            Assert.Throws<NotebookException>(() => NotebookParameters.Set(NotebookFile.Of("var d = 2;"), one)).Message);
    }
}
