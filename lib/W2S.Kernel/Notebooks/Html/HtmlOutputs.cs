using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace W2S.Kernel.Notebooks.Html;

/// <summary>The outputs of a cell as HTML: of each, the richest form that the page can show by itself.</summary>
/// <param name="markdown">Renders text that is Markdown.</param>
/// <param name="charts">True where the page brings plotly.js.</param>
internal sealed partial class HtmlOutputs(MarkdownHtml markdown, bool charts)
{
    private const int LongText = 60; // lines

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, MaxDepth = 1000 };

    public string Render(JsonArray outputs) =>
        string.Concat(outputs.OfType<JsonObject>().Where(output => !PlotlyScript.IsMarked(output)).Select(Render));

    private string Render(JsonObject output) => NotebookText.One(output["output_type"]) switch
    {
        "stream" =>
            Text(NotebookText.Join(output["text"]), NotebookText.One(output["name"]) == "stderr" ? "stderr" : ""),
        "error" => Text(Error(output), "fault"),
        _ when output["data"] is JsonObject data => Data(data),
        _ => "",
    };

    // The room that the chart will take, so that the page does not jump and leaves no gap.
    private static string Height(JsonObject figure) => figure["layout"] is JsonObject layout
        && layout["height"] is JsonValue height && height.TryGetValue<int>(out var pixels) && pixels > 0
        ? $" style=\"min-height: {pixels}px\"" : "";

    private string Data(JsonObject data)
    {
        if (charts && data[PlotlyScript.ChartMime] is JsonObject figure)
        {
            // The serialiser writes '<' as \u003C, so that nothing in the figure can end the script element.
            return $"<div class=\"chart\"{Height(figure)}></div>"
                + $"<script type=\"application/json\">{figure.ToJsonString()}</script>\n";
        }
        if (data.ContainsKey(PlotlyScript.ChartMime) && data["image/png"] is { } picture)
            return Image("image/png", picture);
        if (data["text/html"] is { } html)
            return $"<div class=\"html\">{NotebookText.Join(html)}</div>\n";
        if (data["text/markdown"] is { } text)
            return $"<div class=\"text\">{markdown.Render(NotebookText.Join(text))}</div>\n";
        if (data["text/latex"] is { } latex)
            return MathMl.Html(NotebookText.Join(latex).Trim().Trim('$'), display: true);
        if (data["image/svg+xml"] is { } drawing)
            return $"<div>{NotebookText.Join(drawing)}</div>\n";
        foreach (var mime in new[] { "image/png", "image/jpeg", "image/gif" })
        {
            if (data[mime] is { } image)
                return Image(mime, image);
        }
        if (data["application/javascript"] is { } script)
            return $"<script>{NotebookText.Join(script)}</script>\n";
        if (data["text/plain"] is { } plain)
            return Text(NotebookText.Join(plain), "");
        var (name, content) = data.FirstOrDefault();
        return name is null ? ""
            : Text(NotebookText.IsText(content) ? NotebookText.Join(content)
                : content?.ToJsonString(Indented) ?? "null", "");
    }

    private static string Image(string mime, JsonNode content) =>
        $"<img alt=\"output\" src=\"data:{mime};base64,{NotebookText.Join(content).ReplaceLineEndings("")}\">\n";

    private static string Error(JsonObject output)
    {
        var lines = (output["traceback"] as JsonArray)?.Select(NotebookText.One).OfType<string>().ToList() ?? [];
        return lines.Count > 0 ? string.Join('\n', lines) : $"{output["ename"]}: {output["evalue"]}";
    }

    private static string Text(string text, string name)
    {
        var shown = NotebookText.Overwrite(Escape().Replace(text, "")).TrimEnd('\n');
        if (shown.Length == 0)
            return "";
        var classes = $"{name}{(shown.AsSpan().Count('\n') > LongText ? " long" : "")}".Trim();
        return new StringBuilder(classes.Length == 0 ? "<pre>" : $"<pre class=\"{classes}\">")
            .Append(WebUtility.HtmlEncode(shown)).Append("</pre>\n").ToString();
    }

    [GeneratedRegex(@"\u001b\[[0-9;?]*[A-Za-z]")]
    private static partial Regex Escape();
}
