using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using W2S.Kernel.Notebooks;
using W2S.Kernel.Tests.Notebooks;

namespace W2S.Kernel.Tests.Jupyter;

/// <summary>A notebook gives the same outputs whether <c>nbconvert --execute</c> runs it or <c>./w2s run</c>.</summary>
public sealed partial class NbconvertTests
{
    private static readonly string[] Cells =
    [
        "using System.Text.Json;\nConsole.WriteLine(\"hello\");\nConsole.Error.WriteLine(\"a word of "
        + "warning\");\nConsole.WriteLine(\"again\");",
        "var squares = Enumerable.Range(1, 4).Select(n => n * n).ToArray();\nsquares",
        "display(HTML(\"<b>bold</b>\"));\nvar live = display(\"first\");\nlive.Update(\"second\");",
        "live.Update(\"third\");\nConsole.WriteLine(\"between\");\ndisplay(new { Name = \"Ada\", Year = 1815 "
        + "});\nsquares.Sum()",
        "for (var i = 0; i < 3; i++) { Console.Write($\"{i} \"); await Task.Delay(20); }",
        "#!markdown\n# A title",
        "W2S.Kernel.Engine.Script.Cell.Clear();\nConsole.Write(\"gone\");\nW2S.Kernel.Engine.Script.Cell.Clear(wait: "
        + "true);\n\"kept 😀\"",
        "\"<b>bold</b>\".DisplayAs(\"text/html\"); squares.Length.Display();",
        "class Dated { public Dated(DateTime day, DisplayedValue shown) { } }",
        "new Dated(DateTime.UnixEpoch, 4.Display()).GetType().Name",
        "display(\"{\\\"data\\\":[],\\\"layout\\\":{}}\", \"application/vnd.plotly.v1+json\");",
    ];

    [Fact]
    public async Task OutputsAreTheSame()
    {
        JupyterHome.Require("nbconvert");
        using var home = new JupyterHome();
        home.Write("n.ipynb", [.. Cells.Select(code => NotebookFile.Code(code))]);
        var (theirs, ours) = await BothAsync(home, "n.ipynb");
        foreach (var (one, other) in Outputs(theirs).Zip(Outputs(ours)))
            Assert.Equal(one, other);
        Assert.True(JsonNode.DeepEquals(theirs["metadata"]!["language_info"], NotebookMetadata.LanguageInfo()),
            "the client changed language_info");
        Assert.True(JsonNode.DeepEquals(theirs["metadata"]!["kernelspec"], NotebookMetadata.KernelSpec()),
            "the client changed kernelspec");
    }

    [Fact]
    public async Task TheNotebooksOfTheCollectionGiveTheSame()
    {
        LongProofs.SkipUnlessWanted("minutes a notebook");
        JupyterHome.Require("nbconvert");
        using var home = new JupyterHome();
        home.CopyCollection();
        var notebooks =
            Directory.EnumerateFiles(Path.Combine(home.Work, "notebooks"), "*.ipynb").Select(Path.GetFileName)
            .Where(file => !file!.StartsWith('_')).Order().ToList();
        Assert.NotEmpty(notebooks);
        foreach (var notebook in notebooks)
        {
            var (theirs, ours) = await BothAsync(home, $"notebooks/{notebook}");
            var cells = ours["cells"]!.AsArray().Zip(Outputs(theirs).Zip(Outputs(ours)));
            Assert.All(cells.Where(cell => !IsTimed(cell.First!) && !HasWidgets(cell.Second.First)),
                cell => Assert.Equal(Comparable(cell.Second.First), Comparable(cell.Second.Second)));
        }
    }

    private static bool IsTimed(JsonNode cell) =>
        cell["metadata"]!["tags"]?.AsArray().Any(tag => (string?)tag == "timing") ?? false;

    // A live view there is here what it shows at the end.
    private static bool HasWidgets(string outputs) =>
        outputs.Contains("application/vnd.jupyter.widget-view+json", StringComparison.Ordinal);

    // Charts name their place in the page by a new identifier each time; speeds are times; Python writes 7E-05 as
    // 7e-05.
    private static string Comparable(string outputs) =>
        Exponent().Replace(Speed().Replace(Identifier().Replace(outputs, "ID"), "N images/s"), "$1e$2");

    [GeneratedRegex(@"[0-9,]+ images/s")]
    private static partial Regex Speed();

    [GeneratedRegex(@"(\d)E([+-]?\d)")]
    private static partial Regex Exponent();

    [GeneratedRegex("[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}")]
    private static partial Regex Identifier();

    private static async Task<(JsonNode Theirs, JsonNode Ours)> BothAsync(JupyterHome home, string notebook)
    {
        var limit = TimeSpan.FromMinutes(5);
        var (code, text) =
            await home.RunAsync(limit, JupyterHome.Python, "-W", "ignore", "-m", "nbconvert", "--to", "notebook",
            "--execute", "--ExecutePreprocessor.timeout=300", "--output", "by-nbconvert.ipynb", notebook);
        Assert.True(code == 0, text);
        var folder = Path.GetDirectoryName(notebook)!;
        (code, text) =
            await home.RunAsync(limit, "dotnet", JupyterHome.Program, "run", notebook, "--out",
                Path.Combine(folder, "by-w2s.ipynb"));
        Assert.True(code == 0, text);
        return (Read(home, Path.Combine(folder, "by-nbconvert.ipynb")),
            Read(home, Path.Combine(folder, "by-w2s.ipynb")));
    }

    private static JsonNode Read(JupyterHome home, string name) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(home.Work, name)))!;

    private static IEnumerable<string> Outputs(JsonNode notebook) =>
        notebook["cells"]!.AsArray()
            .Select(cell => new JsonArray([.. (cell!["outputs"]?.AsArray() ?? []).Select(Canonical)]).ToJsonString());

    // Texts may stand as one string or as lines.
    private static JsonNode? Canonical(JsonNode? node) => node switch
    {
        JsonArray lines
            when lines.Count > 0 && lines.All(line => line is JsonValue value && value.TryGetValue<string>(out _)) =>
            JsonValue.Create(string.Concat(lines.Select(line => (string?)line))),
        JsonArray array => new JsonArray([.. array.Select(Canonical)]),
        JsonObject json => new JsonObject(json.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => KeyValuePair.Create(pair.Key, Canonical(pair.Value)))),
        _ => node?.DeepClone(),
    };
}
