using System.Text.Json.Nodes;
using W2S.Kernel.Notebooks;
using W2S.Kernel.Notebooks.Checking;

namespace W2S.Kernel.Tests.Notebooks.Checking;

public sealed class NotebookComparerTests
{
    [Theory]
    [InlineData("acc 0.712 in 3 s", "acc 0.713 in 9 s", 0)] // one in the last printed place
    [InlineData("acc 0.712", "acc 0.714", 1)]
    [InlineData("10000 images", "10005 images", 0)] // within a thousandth
    [InlineData("10000 images", "10011 images", 1)]
    [InlineData("7 of 9", "8 of 9", 1)]
    [InlineData("1 2", "1 2 3", 1)]
    [InlineData("10 %\r100 %\n", "100 %\n", 0)]
    public void TextsAreComparedNumberByNumber(string saved, string now, int differences) =>
        Assert.Equal(differences,
            Compare(Cell(NotebookFile.Stream(saved)), Cell(NotebookFile.Stream(now))).Differences.Count);

    [Fact]
    public void TheLineNamesCellAndNumber()
    {
        var line = Assert.Single(
            Compare(Cell(NotebookFile.Stream("1 then 5.0")), Cell(NotebookFile.Stream("1 then 6.0"))).Differences);
        Assert.Equal("cell 1 (x), stdout, number 2: saved 5.0, now 6.0", line);
    }

    [Fact]
    public void ChartsAreComparedValueByValue()
    {
        var found = Compare(Cell(Chart(1, 2, 1e-9)), Cell(Chart(1, 2.01, 3e-9)));
        Assert.Equal(["cell 1 (x), display 1, chart's data[0].y[1]: saved 2, now 2.01"], found.Differences);
        Assert.Equal(3, found.Numbers);
    }

    [Fact]
    public void AMissingChartOrListIsADifference()
    {
        Assert.Single(Compare(Cell(Chart(1, 2)), Cell(Chart(1, 2, 3))).Differences);
        Assert.Single(Compare(Cell(Chart(1)), Cell(NotebookFile.Display(("text/plain", "none")))).Differences);
        Assert.Single(Compare(Cell(Chart(1)), Cell()).Differences);
    }

    [Fact]
    public void TablesWithoutPlainTextAreReadFromTheirHtml()
    {
        var (saved, now) = ("<table style='width:5px'><td>0.5</td></table>",
            "<table style='width:6px'><td>0.9</td></table>");
        var line = Assert.Single(Compare(
            Cell(NotebookFile.Display(("text/html", saved))),
            Cell(NotebookFile.Display(("text/html", now)))).Differences);
        Assert.Contains("saved 0.5, now 0.9", line);
    }

    [Theory]
    [InlineData("timing")]
    [InlineData("data-images")]
    public void TaggedCellsAreLeftOut(string tag)
    {
        var (saved, now) = (NotebookFile.Code("x", tag), NotebookFile.Code("x", tag));
        saved["outputs"] = new JsonArray(NotebookFile.Stream("1"));
        now["outputs"] = new JsonArray(NotebookFile.Stream("2"));
        Assert.Equal(0, Compare(saved, now).Numbers);
    }

    [Fact]
    public void ManyDifferencesOfOneOutputAreCounted()
    {
        var found = Compare(Cell(Chart([.. Enumerable.Repeat(1.0, 50)])), Cell(Chart([.. Enumerable.Repeat(2.0, 50)])));
        Assert.Equal(6, found.Differences.Count);
        Assert.Contains("45 more of this output's 50", found.Differences[^1]);
    }

    private static Comparison Compare(JsonObject saved, JsonObject now) =>
        new NotebookComparer(1e-3).Compare(NotebookFile.Of(saved), NotebookFile.Of(now));

    private static JsonObject Chart(params double[] values) =>
        NotebookFile.Display((PlotlyScript.ChartMime, NotebookFile.Figure(values)));

    private static JsonObject Cell(params JsonObject[] outputs)
    {
        var cell = NotebookFile.Code("x");
        cell["outputs"] = new JsonArray([.. outputs]);
        return cell;
    }
}
