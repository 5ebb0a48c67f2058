using W2S.Kernel.Notebooks;

namespace W2S.Kernel.Tests.Notebooks;

public sealed class CellTitleTests
{
    [Fact]
    public void TitlesComeFromHeadingsThenCommentsThenCode()
    {
        var notebook = NotebookFile.Of(
            NotebookFile.Code("#r \"nuget: X\"\nvar first = 1;"),
            NotebookFile.Markdown("# Big\ntext\n## The *data* of `CIFAR`\n```\n# no heading\n```"),
            NotebookFile.Code("// a comment\nx"),
            NotebookFile.Code("// the second one\ny"),
            NotebookFile.Code("z"));
        Assert.Equal(
            ["var first = 1;", "The *data* of CIFAR", "the second one", "The *data* of CIFAR"],
            notebook.CodeCells.Select(cell => CellTitle.Of(notebook, cell)));
    }
}
