using W2S.Kernel.Notebooks;
using W2S.Kernel.Notebooks.Running;

namespace W2S.Kernel.Tests.Notebooks;

public sealed class DibFileTests : IDisposable
{
    private const string Text = """"
        #!meta

        {"kernelInfo":{"defaultKernelName":"csharp","items":[{"name":"csharp"}]}}

        #!markdown

        # Title

        #!csharp

        #!time
        var text = """
        #!fsharp
        """;

        #!fsharp

        let one = 1

        #!value --name note --from-file note.txt

        #!csharp

        """";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void CellsBeginWhereALineNamesALanguage()
    {
        var notebook = DibFile.Parse(Text);
        Assert.Equal(
            [
                ("markdown", "# Title"),
                ("code", "#!time\nvar text = \"\"\"\n#!fsharp\n\"\"\";"),
                ("code", "#!fsharp\nlet one = 1"),
                ("code", "#!value --name note --from-file note.txt"),
            ],
            notebook.Cells.Select(cell => (cell.Type, cell.Source)));
        Assert.Equal(".net-csharp", (string?)notebook.Metadata["kernelspec"]!["name"]);
        Assert.Equal(4, notebook.Cells.Select(cell => (string?)cell.Json["id"]).Distinct().Count());
    }

    [Fact]
    public void ItIsConvertedAndNothingIsOverwritten()
    {
        var (from, to) = (folder.File("a.dib", Text), folder.File("a.ipynb"));
        Assert.Equal(0, ConvertCommand.Run([from]));
        Assert.Equal(DibFile.Parse(Text).ToJson(), File.ReadAllText(to));
        Assert.Equal(2, ConvertCommand.Run([from]));
        Assert.Equal(2, ConvertCommand.Run([to]));
    }

    [Fact]
    public void ARunLeavesANotebookAndSavesNothingIntoTheDib()
    {
        var path = folder.File("b.dib", Text);
        Assert.EndsWith(Path.Combine("runs", "b.ipynb"), RunPlan.Make(RunOptions.Parse([path])).Out);
        var error = Assert.Throws<NotebookException>(() => RunPlan.Make(RunOptions.Parse([path, "--save"])));
        Assert.Contains("--save and --check are for .ipynb", error.Message);
    }
}
