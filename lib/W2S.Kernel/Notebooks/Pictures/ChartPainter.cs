using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace W2S.Kernel.Notebooks.Pictures;

/// <summary>Draws the charts of a notebook as pictures, all in one run of a headless browser.</summary>
/// <param name="browser">Draws them; null where the machine has none.</param>
internal sealed partial class ChartPainter(HeadlessBrowser? browser)
{
    /// <summary>The most that a picture may take, in bytes.</summary>
    public const int MaximumBytes = 20_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    // On no ground, in a grey that is read on a light page and on a dark one. The document that is left holds the
    // pictures only. Scripts cannot be closed from within JSON: '<' is
    // escaped there.
    private const string Script = """
        (async () => {
          const figures = JSON.parse(document.getElementById('figures').textContent);
          const shown = [];
          for (const figure of figures) {
            try {
              const layout = Object.assign({}, figure.layout, { paper_bgcolor: 'rgba(0,0,0,0)' });
              layout.font = Object.assign({}, layout.font, { color: '#808080' });
              const height = Math.min(Math.max(layout.height || 400, 200), 1000);
              delete layout.width; delete layout.height;
              if (!layout.plot_bgcolor) layout.plot_bgcolor = 'rgba(0,0,0,0)';
              const size = { format: 'png', width: 640, height, scale: 1 };
              shown.push(await Plotly.toImage({ data: figure.data, layout }, size));
            } catch (error) { shown.push('error ' + error); }
          }
          document.documentElement.innerHTML = '<body></body>';
          for (const text of shown) {
            const box = document.createElement('pre');
            box.textContent = text;
            document.body.appendChild(box);
          }
        })();
        """;

    /// <summary>Puts a picture into every chart of a notebook in committed form.</summary>
    /// <param name="notebook">The notebook; its charts get <c>image/png</c>.</param>
    /// <param name="plotly">The script plotly.js, or null where the notebook did not bring it.</param>
    /// <param name="before">The notebook as it was saved last: without a browser, a chart that did not change keeps its
    /// picture.</param>
    /// <returns>What a reader must be told, a line each: which charts have no picture, and why.</returns>
    public IReadOnlyList<string> Paint(Notebook notebook, string? plotly, Notebook before)
    {
        var charts = PlotlyScript.Charts(notebook).ToList();
        if (charts.Count == 0)
            return [];
        try
        {
            if (plotly is null)
                throw new InvalidOperationException("no cell displayed plotly.js; the setup cell must show it once");
            if (browser is null)
            {
                throw new InvalidOperationException(
                    $"no Chromium, Chrome or Edge found; install one or name it in {HeadlessBrowser.Variable}");
            }
            var document = browser.Render(Page(plotly, charts.Select(chart => chart.Figure)), Patience);
            var drawn = Drawn().Matches(document).Select(match => match.Groups[1].Value).ToList();
            if (drawn.Count != charts.Count)
                throw new InvalidOperationException($"{browser.Path} drew {drawn.Count} of them and gave up");
            return [.. charts.Select((chart, index) => Put(chart.Data, drawn[index], index + 1)).OfType<string>()];
        }
        catch (InvalidOperationException error)
        {
            var kept = Keep(charts, before);
            var rest = kept == 0 ? "" : $" ({kept} unchanged since the last save keep theirs)";
            return [$"{charts.Count} chart(s) get no picture for GitHub{rest}: {error.Message}"];
        }
    }

    /// <summary>A PNG within the limit, or null where even eight colours take more.</summary>
    public static byte[]? Shrink(PngImage picture) =>
        new[] { 256, 128, 64, 32, 24, 16, 12, 8 }.Select(picture.Encode)
            .FirstOrDefault(file => file.Length <= MaximumBytes);

    private static string? Put(JsonObject data, string drawn, int number)
    {
        const string prefix = "data:image/png;base64,";
        if (!drawn.StartsWith(prefix, StringComparison.Ordinal))
            return $"chart {number} gets no picture for GitHub: plotly.js says: {drawn}";
        if (Shrink(PngImage.Decode(Convert.FromBase64String(drawn[prefix.Length..]))) is not { } file)
            return $"chart {number} gets no picture for GitHub: it would take more than {MaximumBytes / 1000} KB";
        data["image/png"] = Convert.ToBase64String(file);
        return null;
    }

    private static int Keep(List<(JsonObject Data, JsonObject Figure)> charts, Notebook before)
    {
        var old = PlotlyScript.Charts(before).Where(chart => chart.Data["image/png"] is not null).ToList();
        var kept = 0;
        foreach (var (data, figure) in charts)
        {
            if (old.Find(chart => JsonNode.DeepEquals(chart.Figure, figure)) is { Data: { } same })
            {
                data["image/png"] = same["image/png"]!.DeepClone();
                kept++;
            }
        }
        return kept;
    }

    private static string Page(string plotly, IEnumerable<JsonObject> figures)
    {
        var list = new JsonArray([.. figures.Select(figure => (JsonNode)figure.DeepClone())]);
        var json = list.ToJsonString().Replace("<", "\\u003c");
        return $"""
            <!doctype html><meta charset="utf-8"><title>charts</title><body>
            <script>{plotly}</script>
            <script id="figures" type="application/json">{json}</script>
            <script>{Script}</script>
            """;
    }

    [GeneratedRegex("<pre>([^<]*)</pre>")]
    private static partial Regex Drawn();
}
