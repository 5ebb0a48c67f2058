using W2S.Kernel.Engine;
using W2S.Kernel.Notebooks;
using W2S.Kernel.Notebooks.Running;

namespace W2S.Kernel.Tests.Notebooks.Running;

public sealed class OutputRecorderTests
{
    private readonly OutputRecorder recorder = new();
    private readonly NotebookCell first = new(NotebookFile.Code("a"));
    private readonly NotebookCell second = new(NotebookFile.Code("b"));

    public OutputRecorderTests() => recorder.Start(first, 1);

    [Fact]
    public void TextOfOneStreamIsOneOutputInLines()
    {
        recorder.Write(OutputStream.Out, "a\nb");
        recorder.Write(OutputStream.Out, "c\n");
        recorder.Write(OutputStream.Error, "e");
        recorder.Write(OutputStream.Out, "d");
        recorder.End();
        Assert.Equal(["stdout", "stderr", "stdout"], first.Outputs.Select(output => (string)output!["name"]!));
        Assert.Equal("""["a\n","bc\n"]""", first.Outputs[0]!["text"]!.ToJsonString());
    }

    [Fact]
    public void AnUpdateReplacesEveryDisplayOfThatNameAlsoInEarlierCells()
    {
        recorder.Display(new MimeBundle("text/plain", "old"), "x", update: false);
        recorder.Start(second, 2);
        recorder.Display(new MimeBundle("text/plain", "again"), "x", update: false);
        recorder.Display(new MimeBundle("text/plain", "new"), "x", update: true);
        recorder.Display(new MimeBundle("text/plain", "nothing"), "unknown", update: true);
        recorder.End();
        foreach (var cell in new[] { first, second })
            Assert.Equal("new", NotebookText.Join(Assert.Single(cell.Outputs)!["data"]!["text/plain"]));
    }

    [Fact]
    public void ClearingNowOrWithTheNextOutput()
    {
        recorder.Write(OutputStream.Out, "a");
        recorder.Clear(wait: false);
        Assert.Empty(first.Outputs);
        recorder.Write(OutputStream.Out, "b");
        recorder.Clear(wait: true);
        Assert.Single(first.Outputs);
        recorder.Write(OutputStream.Out, "c");
        recorder.End();
        Assert.Equal("c", NotebookText.Join(Assert.Single(first.Outputs)!["text"]));
    }

    [Fact]
    public void JsonStaysJsonAndTextGoesInLines()
    {
        recorder.Result(
            new MimeBundle("text/html", "<p>\n</p>").Set(PlotlyScript.ChartMime, NotebookFile.Figure(1))
                .Set("image/png", "QUJD"));
        recorder.End();
        var data = first.Outputs[0]!["data"]!;
        Assert.Equal("""["<p>\n","</p>"]""",
            data["text/html"]!.ToJsonString().Replace("\\u003C", "<").Replace("\\u003E", ">"));
        Assert.Equal(1.0, (double)data[PlotlyScript.ChartMime]!["data"]![0]!["y"]![0]!);
        Assert.Equal("QUJD", (string)data["image/png"]!);
    }
}
