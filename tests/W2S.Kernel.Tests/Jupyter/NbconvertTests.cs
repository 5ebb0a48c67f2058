using System.Text.Json.Nodes;
using W2S.Kernel.Notebooks;
using W2S.Kernel.Tests.Notebooks;

namespace W2S.Kernel.Tests.Jupyter;

/// <summary>A notebook gives the same outputs whether <c>nbconvert --execute</c> runs it or <c>./w2s run</c>.</summary>
public sealed class NbconvertTests
{
    private static readonly string[] Cells =
    [
        "using System.Text.Json;\nConsole.WriteLine(\"hello\");\nConsole.Error.WriteLine(\"a word of warning\");\nConsole.WriteLine(\"again\");",
        "var squares = Enumerable.Range(1, 4).Select(n => n * n).ToArray();\nsquares",
        "display(HTML(\"<b>bold</b>\"));\nvar live = display(\"first\");\nlive.Update(\"second\");",
        "live.Update(\"third\");\nConsole.WriteLine(\"between\");\ndisplay(new { Name = \"Ada\", Year = 1815 });\nsquares.Sum()",
        "for (var i = 0; i < 3; i++) { Console.Write($\"{i} \"); await Task.Delay(20); }",
        "#!markdown\n# A title",
        "W2S.Kernel.Engine.Script.Cell.Clear();\nConsole.Write(\"gone\");\nW2S.Kernel.Engine.Script.Cell.Clear(wait: true);\n\"kept 😀\"",
        "display(\"{\\\"data\\\":[],\\\"layout\\\":{}}\", \"application/vnd.plotly.v1+json\");",
    ];

    [Fact]
    public async Task OutputsAreTheSame()
    {
        JupyterHome.Require("nbconvert");
        using var home = new JupyterHome();
        var source = new JsonObject
        {
            ["cells"] = new JsonArray([.. Cells.Select(code => NotebookFile.Code(code))]),
            ["metadata"] = new JsonObject { ["kernelspec"] = NotebookMetadata.KernelSpec(), ["language_info"] = NotebookMetadata.LanguageInfo() },
            ["nbformat"] = 4,
            ["nbformat_minor"] = 4,
        };
        File.WriteAllText(Path.Combine(home.Work, "n.ipynb"), source.ToJsonString());
        var limit = TimeSpan.FromMinutes(3);
        var (code, text) = await home.RunAsync(limit, JupyterHome.Python, "-W", "ignore", "-m", "nbconvert", "--to", "notebook",
            "--execute", "--output", "by-nbconvert.ipynb", "n.ipynb");
        Assert.True(code == 0, text);
        (code, text) = await home.RunAsync(limit, "dotnet", JupyterHome.Program, "run", "n.ipynb", "--out", "by-w2s.ipynb");
        Assert.True(code == 0, text);

        var (theirs, ours) = (Read(home, "by-nbconvert.ipynb"), Read(home, "by-w2s.ipynb"));
        foreach (var (one, other) in Outputs(theirs).Zip(Outputs(ours)))
            Assert.Equal(one, other);
        Assert.True(JsonNode.DeepEquals(theirs["metadata"]!["language_info"], source["metadata"]!["language_info"]), "the client changed language_info");
        Assert.True(JsonNode.DeepEquals(theirs["metadata"]!["kernelspec"], source["metadata"]!["kernelspec"]), "the client changed kernelspec");
    }

    private static JsonNode Read(JupyterHome home, string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(home.Work, name)))!;

    private static IEnumerable<string> Outputs(JsonNode notebook) =>
        notebook["cells"]!.AsArray().Select(cell => new JsonArray([.. cell!["outputs"]!.AsArray().Select(Canonical)]).ToJsonString());

    // Texts may stand as one string or as lines.
    private static JsonNode? Canonical(JsonNode? node) => node switch
    {
        JsonArray lines when lines.Count > 0 && lines.All(line => line is JsonValue value && value.TryGetValue<string>(out _)) =>
            JsonValue.Create(string.Concat(lines.Select(line => (string?)line))),
        JsonArray array => new JsonArray([.. array.Select(Canonical)]),
        JsonObject json => new JsonObject(json.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => KeyValuePair.Create(pair.Key, Canonical(pair.Value)))),
        _ => node?.DeepClone(),
    };
}
