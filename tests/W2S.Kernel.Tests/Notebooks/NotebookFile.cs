using System.Text.Json.Nodes;
using W2S.Kernel.Notebooks;

namespace W2S.Kernel.Tests.Notebooks;

/// <summary>Notebooks for tests.</summary>
internal static class NotebookFile
{
    public static JsonObject Code(string source, params string[] tags) => new()
    {
        ["cell_type"] = "code",
        ["execution_count"] = null,
        ["metadata"] = tags.Length == 0
            ? new JsonObject()
            : new JsonObject { ["tags"] = new JsonArray([.. tags.Select(tag => (JsonNode)tag)]) },
        ["outputs"] = new JsonArray(),
        ["source"] = source,
    };

    public static JsonObject Markdown(string source) => new()
    {
        ["cell_type"] = "markdown",
        ["metadata"] = new JsonObject(),
        ["source"] = source,
    };

    public static string Text(params JsonObject[] cells) => new JsonObject
    {
        ["cells"] = new JsonArray([.. cells]),
        ["metadata"] = new JsonObject(),
        ["nbformat"] = 4,
        ["nbformat_minor"] = 5,
    }.ToJsonString();

    public static Notebook Of(params JsonObject[] cells) => Notebook.Parse(Text(cells));

    public static Notebook Of(params string[] code) => Of([.. code.Select(source => Code(source))]);

    public static JsonObject Display(params (string Mime, JsonNode Content)[] data)
    {
        var bundle = new JsonObject();
        foreach (var (mime, content) in data)
            bundle[mime] = content;
        return new() { ["output_type"] = "display_data", ["data"] = bundle, ["metadata"] = new JsonObject() };
    }

    public static JsonObject Stream(string text) =>
        new() { ["output_type"] = "stream", ["name"] = "stdout", ["text"] = text };

    public static JsonObject Figure(params double[] values) => new()
    {
        ["data"] = new JsonArray(new JsonObject
        {
            ["type"] = "bar",
            ["y"] = new JsonArray([.. values.Select(value => (JsonNode)value)]),
        }),
        ["layout"] = new JsonObject(),
    };
}
