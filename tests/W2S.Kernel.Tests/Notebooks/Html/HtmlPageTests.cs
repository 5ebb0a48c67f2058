using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using W2S.Kernel.Notebooks;
using W2S.Kernel.Notebooks.Html;
using W2S.Kernel.Notebooks.Pictures;

namespace W2S.Kernel.Tests.Notebooks.Html;

public sealed partial class HtmlPageTests
{
    [Fact]
    public void CodeIsColouredAndMagicsToo() => Assert.Equal(
        "<span class=\"k\">#!time</span>\n<span class=\"k\">var</span> x = <span class=\"n\">1</span>; <span "
        + "class=\"c\">// a &lt; b</span>\n"
        + "<span class=\"k\">#r &quot;x.dll&quot;</span>\n<span class=\"k\">return</span> <span "
            + "class=\"s\">&quot;s&quot;</span>;",
        CodeHighlighter.Html("#!time\nvar x = 1; // a < b\n#r \"x.dll\"\nreturn \"s\";"));

    [Theory]
    [InlineData("")]
    [InlineData("var broken = \"")]
    [InlineData("#if X\nfoo\n#endif\n$\"{a:0.0} {b}\" /* c")]
    [InlineData("\"\"\"\n raw \"quotes\"\n \"\"\"")]
    public void ColouringLosesNoLetter(string code) =>
        Assert.Equal(code, System.Net.WebUtility.HtmlDecode(Tag().Replace(CodeHighlighter.Html(code), "")));

    [Fact]
    public void PicturesOfMarkdownAreEmbedded()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("a b.png"), [1, 2, 3]);
        var html = new MarkdownHtml(folder.Path).Render(
            "![x](a%20b.png) ![y](attachment:z.png)", JsonNode.Parse("""{"z.png": {"image/png": "QUJD"}}"""));
        Assert.Contains("src=\"data:image/png;base64,AQID\"", html);
        Assert.Contains("src=\"data:image/png;base64,QUJD\"", html);
    }

    [Fact]
    public void MarkdownHasTablesFormulasAndPrices()
    {
        var html = new MarkdownHtml(".").Render("| a |\n|---|\n| $x$ |\n\ncosts $5 or $6\n\n$$\ny\n$$\n");
        Assert.Contains("<table>", html);
        Assert.Contains("<math><semantics><mrow><mi>x</mi>", html);
        Assert.Contains("costs $5 or $6", html);
        Assert.Contains("<math display=\"block\"><semantics><mrow><mi>y</mi>", html);
    }

    [Fact]
    public void ThePageStandsAlone()
    {
        var page = HtmlPage.Render(Executed(), "/x/my-notebook.ipynb", "/* plotly */");
        Assert.Single(Regex.Matches(page, "/\\* plotly \\*/"));
        Assert.DoesNotContain(PlotlyScript.Marker, page);
        Assert.DoesNotMatch("(src|href)=\"(https?:)?//", page);
        Assert.Contains("<title>Weak &amp; strong</title>", page);
        Assert.Contains("<pre class=\"stderr\">a &lt; b</pre>", page);
        Assert.Contains("<td>cell</td>", page);
        Assert.Contains("\\u003C/script", page);
    }

    [Fact]
    public void WithoutPlotlyTheChartsPictureOrHtmlStandsIn()
    {
        var page = HtmlPage.Render(Executed(), "/x/my-notebook.ipynb", null);
        Assert.DoesNotContain("class=\"chart\"", page);
        Assert.Contains("the chart's own html", page);
    }

    [Fact]
    public void ChartsDrawInABrowserWithNoNetwork()
    {
        var browser = HeadlessBrowser.Find();
        Assert.SkipWhen(browser is null, "no Chromium, Chrome or Edge on this machine");
        var plotly = RealPlotly.Script();
        Assert.SkipWhen(plotly is null, "lib/W2S.Charts is not built, which brings plotly.js");
        var left = browser!.Render(HtmlPage.Render(Executed(), "/x/my-notebook.ipynb", plotly),
            TimeSpan.FromSeconds(90));
        Assert.Contains("class=\"main-svg\"", left);
        Assert.Equal(2, Regex.Matches(left, "<g class=\"point\">").Count);
    }

    private static Notebook Executed()
    {
        var figure = NotebookFile.Figure(1, 2);
        figure["layout"] = new JsonObject { ["title"] = new JsonObject { ["text"] = "</script>" } };
        var code = NotebookFile.Code("1 < 2");
        code["outputs"] = new JsonArray(
            NotebookFile.Display(("text/html", PlotlyScript.Marker + "<script>/* plotly */</script>")),
            new JsonObject { ["output_type"] = "stream", ["name"] = "stderr", ["text"] = "\u001b[31ma < b\u001b[0m\n" },
            NotebookFile.Display(("text/html", "<table><td>cell</td></table>"), ("text/plain", "plain")),
            NotebookFile.Display(("text/html", "the chart's own html"), (PlotlyScript.ChartMime, figure)));
        return NotebookFile.Of(NotebookFile.Markdown("# Weak & strong\n\nWords."), code);
    }

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();
}
