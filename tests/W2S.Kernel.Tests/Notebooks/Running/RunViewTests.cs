using W2S.Kernel.Engine;
using W2S.Kernel.Notebooks;
using W2S.Kernel.Notebooks.Running;

namespace W2S.Kernel.Tests.Notebooks.Running;

public sealed class RunViewTests
{
    private readonly StringWriter shown = new() { NewLine = "\n" };

    [Fact]
    public void OnATerminalUpdatesStayOnOneLine()
    {
        var view = new RunView(shown, terminal: true, width: 12);
        view.Display(Plain("epoch 1"), "x", update: true);
        view.Display(Plain("epoch 2\nmore"), "x", update: true);
        view.Display(Plain("a very long line of text"), "x", update: true);
        view.Write("done\n");
        Assert.Equal("epoch 1\r\u001b[2Kepoch 2\r\u001b[2Ka very lon…\ndone\n", shown.ToString());
    }

    [Fact]
    public void ElsewhereUpdatesComeSparselyAndTheLastAlways()
    {
        var view = new RunView(shown, terminal: false);
        for (var epoch = 1; epoch <= 1000; epoch++)
            view.Display(Plain($"epoch {epoch}"), "x", update: true);
        view.End(TimeSpan.FromSeconds(2));
        Assert.Equal("epoch 1000\n        2.00 s\n", shown.ToString());
    }

    [Fact]
    public void PlotlysOwnScriptIsNotShownAndValuesWithoutTextAreNamed()
    {
        var view = new RunView(shown, terminal: false);
        view.Display(new MimeBundle("text/html", PlotlyScript.Marker + "<script></script>"), "p", update: false);
        view.Display(new MimeBundle("text/html", PlotlyScript.Marker).Set("text/plain", PlotlyScript.Marker), "p",
            update: false);
        view.Display(new MimeBundle("text/html", PlotlyScript.Marker).Set("text/plain", "plotly.js is ready"), "p",
            update: false);
        view.Display(new MimeBundle("text/html", "<b>x</b>"), "q", update: false);
        view.Display(new MimeBundle("text/plain", new string('x', 10_000)), "q", update: false);
        Assert.Equal(
            $"plotly.js is ready\n[text/html, 8 characters]\n{new string('x', 8000)}… (2000 more characters are in "
            + "the notebook)\n",
            shown.ToString());
    }

    [Fact]
    public void ALineStartsOnALineOfItsOwn()
    {
        var view = new RunView(shown, terminal: false);
        view.Write("no line end");
        view.Start(3, 12, "Title");
        Assert.Equal("no line end\n[ 3/12] Title\n", shown.ToString());
    }

    private static MimeBundle Plain(string text) => new("text/plain", text);
}
