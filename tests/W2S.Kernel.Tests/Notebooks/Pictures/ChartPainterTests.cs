using System.Text.Json.Nodes;
using W2S.Kernel.Notebooks;
using W2S.Kernel.Notebooks.Pictures;

namespace W2S.Kernel.Tests.Notebooks.Pictures;

public sealed class ChartPainterTests
{
    // Draws a figure as a square of the colour in its first datum, the way plotly.js would be asked to.
    private const string Stand = """
        window.Plotly = { toImage: async (figure, how) => {
          if (figure.data[0].fail) throw new Error('cannot draw');
          const canvas = document.createElement('canvas');
          canvas.width = how.width; canvas.height = how.height;
          const pen = canvas.getContext('2d');
          pen.fillStyle = figure.data[0].fill; pen.fillRect(0, 0, how.width, how.height);
          return canvas.toDataURL('image/png');
        } };
        """;

    [Fact]
    public void EveryChartGetsItsPictureInOneRun()
    {
        var browser = Browser();
        var notebook =
            WithCharts("""{"data": [{"fill": "#ff0000"}]}""", """{"data": [{"fail": 1}]}""",
                """{"data": [{"fill": "#0000ff"}]}""");
        var told = new ChartPainter(browser).Paint(notebook, Stand, NotebookFile.Of("x"));
        Assert.Equal(["chart 2 gets no picture for GitHub: plotly.js says: error Error: cannot draw"], told);
        var charts = PlotlyScript.Charts(notebook).Select(chart => chart.Data["image/png"]).ToList();
        Assert.Null(charts[1]);
        Assert.NotEqual((string)charts[0]!, (string)charts[2]!);
        Assert.True(Convert.FromBase64String((string)charts[0]!).AsSpan().IndexOf((byte[])[0xff, 0, 0]) > 0);
    }

    [Fact]
    public void RealPlotlyDrawsAChartOfAFewKilobytes()
    {
        var browser = Browser();
        var plotly = RealPlotly.Script();
        Assert.SkipWhen(plotly is null, "lib/W2S.Charts is not built, which brings plotly.js");
        var (one, two) = (WithCharts(NotebookFile.Figure(1, 3, 2).ToJsonString()),
            WithCharts(NotebookFile.Figure(1, 3, 2).ToJsonString()));
        Assert.Empty(new ChartPainter(browser).Paint(one, plotly, one));
        Assert.Empty(new ChartPainter(browser).Paint(two, plotly, two));
        var png = Convert.FromBase64String((string)PlotlyScript.Charts(one).Single().Data["image/png"]!);
        Assert.InRange(png.Length, 1000, ChartPainter.MaximumBytes);
        Assert.Equal(one.ToJson(), two.ToJson());
    }

    [Fact]
    public void WithoutPlotlyOrBrowserItIsSaidAndUnchangedChartsKeepTheirs()
    {
        var before = WithCharts("""{"data": [1]}""");
        PlotlyScript.Charts(before).Single().Data["image/png"] = "OLD=";
        var notebook = WithCharts("""{"data": [1]}""", """{"data": [2]}""");
        var told = Assert.Single(new ChartPainter(null).Paint(notebook, Stand, before));
        Assert.Contains("2 chart(s) get no picture", told);
        Assert.Contains("(1 unchanged since the last save keep theirs)", told);
        Assert.Contains("W2S_CHROMIUM", told);
        Assert.Equal("OLD=", (string)PlotlyScript.Charts(notebook).First().Data["image/png"]!);
        Assert.Contains("no cell displayed plotly.js",
            Assert.Single(new ChartPainter(null).Paint(notebook, null, before)));
    }

    [Fact]
    public void ABrowserThatFailsIsSaid()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a program that fails");
        var told = new ChartPainter(new HeadlessBrowser("/bin/false")).Paint(WithCharts("{}"), Stand,
            NotebookFile.Of("x"));
        Assert.Contains("/bin/false ended with exit code 1", Assert.Single(told));
    }

    [Fact]
    public void ANotebookWithoutChartsNeedsNoBrowser() =>
        Assert.Empty(new ChartPainter(null).Paint(NotebookFile.Of("x"), null, NotebookFile.Of("x")));

    private static HeadlessBrowser Browser()
    {
        var browser = HeadlessBrowser.Find();
        Assert.SkipWhen(browser is null, "no Chromium, Chrome or Edge on this machine");
        return browser!;
    }

    private static Notebook WithCharts(params string[] figures)
    {
        var cell = NotebookFile.Code("charts");
        cell["outputs"] = new JsonArray(
            [.. figures.Select(
                figure => (JsonNode)NotebookFile.Display((PlotlyScript.ChartMime, JsonNode.Parse(figure)!)))]);
        return NotebookFile.Of(cell);
    }
}
