using System.Text.Json.Nodes;
using W2S.Kernel.Notebooks;

namespace W2S.Kernel.Tests.Notebooks;

public sealed class CommittedFormTests
{
    private static readonly MachineFolders Folders =
        new([("/home/ann/repo", "."), ("/home/ann", "~"), ("/data", "$W2S_DATA")]);

    [Fact]
    public void TimesPlotlyChartsHtmlAndDataImagesGo()
    {
        var setup = NotebookFile.Code("setup");
        setup["metadata"] =
            JsonNode.Parse("""{"execution": {"a": 1}, "ExecuteTime": {}, "tags": ["timing"], "mine": 1}""");
        setup["outputs"] = new JsonArray(
            NotebookFile.Display(("text/html", PlotlyScript.Marker + "\n<script>…</script>")),
            NotebookFile.Stream("10 %\r20 %\ndone"),
            NotebookFile.Display(("text/html", ""), ("text/plain", "")));   // a progress bar, cleared at its end
        var chart = NotebookFile.Code("chart");
        chart["outputs"] = new JsonArray(NotebookFile.Display(
            ("text/html", "<div>"), ("text/plain", "a chart"), (PlotlyScript.ChartMime, NotebookFile.Figure(1, 2))));
        var images = NotebookFile.Code("images", "data-images");
        images["outputs"] = new JsonArray(NotebookFile.Display(("image/png", "QUJD")));
        var table = NotebookFile.Code("table");
        table["outputs"] = new JsonArray(NotebookFile.Display(("text/html", "<table>")));
        var executed = NotebookFile.Of(setup, chart, images, table);
        var before = executed.ToJson();

        var saved = CommittedForm.Of(executed, Folders);

        Assert.Equal("""{"tags":["timing"],"mine":1}""", saved.Cells[0].Metadata.ToJsonString());
        Assert.Equal("20 %\ndone", NotebookText.Join(Assert.Single(saved.Cells[0].Outputs)!["text"]));
        var data = (JsonObject)saved.Cells[1].Outputs[0]!["data"]!;
        Assert.Equal([PlotlyScript.ChartMime, "text/plain"], data.Select(entry => entry.Key).Order());
        Assert.Empty(saved.Cells[2].Outputs);
        Assert.True(((JsonObject)saved.Cells[3].Outputs[0]!["data"]!).ContainsKey("text/html"));
        Assert.Equal(before, executed.ToJson());
    }

    [Fact]
    public void TheKernelsMetadataAreExactlyTheProjectsOwnAndOthersStay()
    {
        var notebook = NotebookFile.Of("1");
        notebook.Root["metadata"] =
            JsonNode.Parse("""{"kernelspec": {"name": "c#", "language": "C#", "x": 1}, "mine": 2}""");
        var metadata = CommittedForm.Of(notebook, Folders).Metadata;
        Assert.Equal(2, (int)metadata["mine"]!);
        Assert.True(JsonNode.DeepEquals(NotebookMetadata.KernelSpec(), metadata["kernelspec"]));
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse(
                """
                {"name": "C#", "version": "14.0", "file_extension": ".cs", "mimetype": "text/x-csharp",
                 "pygments_lexer": "csharp"}
                """),
            metadata["language_info"]));
    }

    [Fact]
    public void IdentifiersAreKeptOrMadeTheSameEachTime()
    {
        var kept = NotebookFile.Code("a");
        kept["id"] = "my-id";
        var twice = NotebookFile.Code("b");
        twice["id"] = "my-id";
        var first = CommittedForm.Of(
            NotebookFile.Of((JsonObject)kept.DeepClone(), (JsonObject)twice.DeepClone(), NotebookFile.Code("b")),
            Folders);
        var second = CommittedForm.Of(NotebookFile.Of(kept, twice, NotebookFile.Code("b")), Folders);
        Assert.Equal(first.ToJson(), second.ToJson());
        Assert.Equal("my-id", (string)first.Cells[0].Json["id"]!);
        Assert.Equal(3, first.Cells.Select(cell => (string)cell.Json["id"]!).Distinct().Count());
    }

    [Fact]
    public void OlderFormatsGetNoIdentifiers()
    {
        var notebook =
            Notebook.Parse(
                """
                {"nbformat":4,"nbformat_minor":4,"metadata":{},
                 "cells":[{"cell_type":"markdown","source":"","metadata":{}}]}
                """);
        Assert.False(CommittedForm.Of(notebook, Folders).Cells[0].Json.ContainsKey("id"));
    }

    [Theory]
    [InlineData("/home/ann/repo/lib/x.cs", "./lib/x.cs")]
    [InlineData("in '/home/ann/repo'", "in '.'")]
    [InlineData("/home/ann/.nuget", "~/.nuget")]
    [InlineData("/data/cifar-100", "$W2S_DATA/cifar-100")]
    [InlineData("/home/anna /database my/data", "/home/anna /database my/data")]
    public void FoldersOfThisMachineAreReplaced(string text, string expected)
    {
        var hidden = Folders.Hide(new JsonObject { ["a"] = new JsonArray(text), ["image/png"] = text })!;
        Assert.Equal(expected, (string)hidden["a"]![0]!);
        Assert.Equal(text, (string)hidden["image/png"]!);
    }
}
