using System.Text.Json.Nodes;

namespace W2S.Kernel.Notebooks;

/// <summary>Finds plotly.js in a notebook: the setup cell shows it once, as HTML that starts with a marker.</summary>
internal static class PlotlyScript
{
    /// <summary>The first characters of the display that brings plotly.js.</summary>
    public const string Marker = "<!-- plotly.js -->";

    /// <summary>The MIME type of a chart.</summary>
    public const string ChartMime = "application/vnd.plotly.v1+json";

    public static bool IsMarked(string html) => html.AsSpan().TrimStart().StartsWith(Marker, StringComparison.Ordinal);

    public static bool IsMarked(JsonNode? output) =>
        IsMarked(Html(output));

    /// <summary>The script itself, from the outputs of an executed notebook; null where none brings it.</summary>
    public static string? Find(Notebook notebook)
    {
        foreach (var output in notebook.Cells.Where(cell => cell.IsCode).SelectMany(cell => cell.Outputs))
        {
            if (!IsMarked(output))
                continue;
            var html = Html(output);
            var start = html.IndexOf("<script", StringComparison.OrdinalIgnoreCase);
            start = start < 0 ? -1 : html.IndexOf('>', start) + 1;
            var end = html.LastIndexOf("</script>", StringComparison.OrdinalIgnoreCase);
            if (start > 0 && end > start)
                return html[start..end];
        }
        return null;
    }

    /// <summary>Whether some output needs the script: a chart, or HTML that calls it.</summary>
    public static bool IsUsed(Notebook notebook) =>
        Charts(notebook)
            .Any() || notebook.Cells.Where(cell => cell.IsCode).SelectMany(cell => cell.Outputs).Any(output =>
            !IsMarked(output) && Html(output).Contains("Plotly.", StringComparison.Ordinal));

    /// <summary>The charts of a notebook in their order, with the outputs' data that hold them.</summary>
    public static IEnumerable<(JsonObject Data, JsonObject Figure)> Charts(Notebook notebook) =>
        from cell in notebook.Cells
        where cell.IsCode
        from output in cell.Outputs
        let data = NotebookText.Get(output, "data") as JsonObject
        let figure = data?[ChartMime] as JsonObject
        where figure is not null
        select (data, figure);

    private static string Html(JsonNode? output) => NotebookText.Join(NotebookText.Get(output, "data", "text/html"));
}
