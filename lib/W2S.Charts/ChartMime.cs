using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Plotly.NET;

namespace W2S.Charts;

/// <summary>A chart in the representations that front ends ask for.</summary>
internal static class ChartMime
{
    /// <summary>The type of plotly figures in notebooks.</summary>
    public const string Plotly = "application/vnd.plotly.v1+json";

    private const int ShownNumbers = 12;

    /// <summary>The figure as a JSON object: data and layout, and the configuration that lets it follow the page's
    /// width.</summary>
    /// <param name="chart">Any Plotly.NET chart.</param>
    /// <returns>JSON text with plain lists, drawn by VS Code and JupyterLab without a network.</returns>
    public static string Json(GenericChart chart) => Figure(chart).ToJsonString();

    /// <summary>A piece of HTML that draws the figure with the page's plotly.js, in the page's own text colour, without
    /// a network.</summary>
    /// <param name="chart">Any Plotly.NET chart.</param>
    /// <returns>HTML; where the page has no plotly.js it says so in a sentence.</returns>
    public static string Html(GenericChart chart)
    {
        var figure = Figure(chart);
        var height = figure["layout"]?["height"]?.GetValue<double>() ?? 450;
        var id = "w2s-chart-" + Guid.NewGuid().ToString("N");
        var json = figure.ToJsonString().Replace("</", "<\\/", StringComparison.Ordinal);
        return string.Create(CultureInfo.InvariantCulture, $$"""
            <div id="{{id}}" style="width:100%;min-height:{{height}}px"></div>
            <script>
            (function () {
              var figure = {{json}};
              var place = document.getElementById("{{id}}"), tries = 0;
              (function draw() {
                if (!place) return;
                var plotly = window.Plotly;
                if (!plotly) {
                  if (tries++ < 60) { setTimeout(draw, 250); return; }
                  place.style.minHeight = "0";
                  place.textContent = "This chart needs plotly.js, which is not on this page: " +
                    "run the notebook's setup cell, then this cell again.";
                  return;
                }
                figure.layout.font = figure.layout.font || {};
                figure.layout.font.color = getComputedStyle(place).color;
                plotly.newPlot(place, figure);
              })();
            })();
            </script>
            """);
    }

    /// <summary>Title, caption and every series with its numbers, for terminals and screen readers.</summary>
    /// <param name="chart">Any Plotly.NET chart.</param>
    /// <returns>A line for the title and one for each series.</returns>
    public static string Text(GenericChart chart)
    {
        var figure = Figure(chart);
        var heading = figure["layout"]?["title"];
        var title = (heading is JsonObject ? heading["text"] : heading)?.ToString();
        var text = new StringBuilder(string.IsNullOrWhiteSpace(title) ? "chart" : Plain(title));
        foreach (var trace in (figure["data"] as JsonArray ?? []).OfType<JsonObject>())
        {
            // A band's outline carries no numbers of its own.
            if (trace["hoverinfo"]?.ToString() == "skip") continue;
            var name = Meta(trace, "name") ?? trace["name"]?.ToString() ?? trace["type"]?.ToString() ?? "series";
            text.Append($"\n  {Plain(name)}: {Numbers(trace)}");
        }
        return text.ToString();
    }

    private static JsonObject Figure(GenericChart chart)
    {
        ArgumentNullException.ThrowIfNull(chart);
        var figure = JsonNode.Parse(GenericChart.toFigureJson(chart),
            documentOptions: new JsonDocumentOptions { MaxDepth = 256 })!.AsObject();
        if (figure["frames"] is JsonArray { Count: 0 }) figure.Remove("frames");
        figure["config"] =
            new JsonObject { ["responsive"] = true, ["displaylogo"] = false, ["displayModeBar"] = false };
        return figure;
    }

    /// <summary>What <see cref="FigureBuilder.Told"/> said of a trace.</summary>
    private static string? Meta(JsonObject trace, string key) => (trace["meta"] as JsonObject)?[key]?.ToString();

    private static string Numbers(JsonObject trace)
    {
        if (trace["z"] is JsonArray grid)
            return $"{grid.Count} × {(grid.FirstOrDefault() as JsonArray)?.Count ?? 0} values";
        var (x, y) = (trace["x"] as JsonArray, trace["y"] as JsonArray);
        var (values, places, error) = Meta(trace, "numbers") == "x" ? (x, null, trace["error_x"])
            : (y, x, trace["error_y"]);
        if (values is null) return trace["values"] is JsonArray pie ? List([.. pie.Select(Value)]) : "no numbers";
        if (values.Count == 1)
        {
            var value = Value(values[0]);
            var interval = error?["array"] is JsonArray up && error["arrayminus"] is JsonArray down
                ? $" [{Number(value - Value(down[0]))}, {Number(value + Value(up[0]))}]" : "";
            var place = places is [JsonValue at] && at.GetValueKind() == JsonValueKind.Number
                ? $" at {Number(Value(at))}" : "";
            return Number(value) + interval + place;
        }
        if (places?.FirstOrDefault()?.GetValueKind() == JsonValueKind.String)
            return string.Join(", ", values.Zip(places).Take(ShownNumbers).Select(
                pair => $"{Plain($"{pair.Second}")} {Number(Value(pair.First))}"));
        var over = places is { Count: > 0 } ? $" over {Number(Value(places[0]))} to {Number(Value(places[^1]))}" : "";
        return List([.. values.Select(Value)]) + over;
    }

    private static string List(double[] values)
    {
        if (values.Length <= ShownNumbers) return string.Join(" ", values.Select(Number));
        double[] numbers = [.. values.Where(double.IsFinite)];
        return numbers.Length == 0 ? "no numbers"
            : $"{values.Length} values, first {Number(numbers[0])}, last {Number(numbers[^1])}, "
                + $"{Number(numbers.Min())} to {Number(numbers.Max())}";
    }

    private static double Value(JsonNode? node) =>
        node?.GetValueKind() == JsonValueKind.Number ? node.GetValue<double>() : double.NaN;

    private static string Number(double value) =>
        double.IsFinite(value) ? value.ToString("G4", CultureInfo.InvariantCulture).Replace('-', '−') : "–";

    private static string Plain(string html) => HtmlText.Strip(html
        .Replace("<br><span", "\n  <span", StringComparison.Ordinal).Replace("<br>", " ", StringComparison.Ordinal)
        .Replace("<sub>", "_", StringComparison.Ordinal)).Replace('\u00A0', ' ');
}
