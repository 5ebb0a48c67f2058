using System.Text.Json.Nodes;
using W2S.Kernel.Notebooks;
using W2S.Kernel.Tests.Notebooks;

namespace W2S.Kernel.Tests.Jupyter;

/// <summary>Papermill runs a notebook by the kernel, with parameters of its own.</summary>
/// <remarks>It is in Debian from 13 on, as <c>papermill</c>; see <see cref="JupyterHome.Python"/>.</remarks>
public sealed class PapermillTests
{
    [Fact]
    public async Task ItsParametersStandBehindTheTaggedCell()
    {
        JupyterHome.Require("papermill", major: 2);
        using var home = new JupyterHome();
        home.Write("in.ipynb",
            NotebookFile.Code("var epochs = 5;\nvar loss = \"KD\";\nvar rate = .1;\nvar quick = false;", "parameters"),
            NotebookFile.Code("Console.Write($\"{epochs + 1} {loss} {2 * rate} {!quick}\");"));

        var (code, text) = await home.RunAsync(TimeSpan.FromMinutes(4), JupyterHome.Python, "-W", "ignore", "-m",
            "papermill", "in.ipynb", "out.ipynb", "-p", "epochs", "9", "-p", "loss", "\"Aug\\Conf\"",
            "-p", "rate", ".25", "-p", "quick", "True");

        Assert.True(code == 0, text);
        var cells = JsonNode.Parse(File.ReadAllText(Path.Combine(home.Work, "out.ipynb")))!["cells"]!.AsArray();
        Assert.Equal(3, cells.Count);
        Assert.Equal("injected-parameters", (string?)cells[1]!["metadata"]!["tags"]![0]);
        Assert.Equal("10 \"Aug\\Conf\" 0.5 False", NotebookText.Join(cells[2]!["outputs"]![0]!["text"]));
    }
}
