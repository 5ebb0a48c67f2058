using System.Text;
using Plotly.NET;

namespace W2S.Charts;

/// <summary>plotly.js for a page: shown once by a notebook's setup cell, used by every chart after it.</summary>
/// <remarks>It is the copy that Plotly.NET embeds, so nothing is fetched. The first line marks it, so that a saved
/// notebook can leave it out.</remarks>
/// <param name="Version">plotly.js' version, for instance <c>2.28.0</c>.</param>
/// <param name="Html">The marker and the script; a page that has plotly.js already keeps its own.</param>
internal sealed record PlotlyScript(string Version, string Html)
{
    /// <summary>What the HTML begins with.</summary>
    public const string Marker = "<!-- plotly.js -->";

    /// <inheritdoc/>
    public override string ToString() => $"plotly.js {Version} is ready for the charts below.";

    /// <summary>Reads it.</summary>
    /// <exception cref="InvalidOperationException">Plotly.NET holds no plotly.js any more.</exception>
    public static PlotlyScript Read()
    {
        var assembly = typeof(GenericChart).Assembly;
        var name = assembly.GetManifestResourceNames().FirstOrDefault(resource =>
                resource.Contains("plotly", StringComparison.Ordinal)
                    && resource.EndsWith(".min.js", StringComparison.Ordinal))
            ?? throw new InvalidOperationException(
                $"Plotly.NET {assembly.GetName().Version} embeds no plotly.js; use version 6, which does.");
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
        var source = reader.ReadToEnd().Replace("</script", "<\\/script", StringComparison.OrdinalIgnoreCase);
        var at = name.IndexOf("plotly-", StringComparison.Ordinal) + "plotly-".Length;
        // The classic notebook has require.js: with its `define` in sight plotly.js would hide there instead of
        // becoming window.Plotly.
        return new PlotlyScript(name[at..^".min.js".Length], $"""
            {Marker}
            <script>
            if (!window.Plotly) (function (define, exports, module) {"{"}
            {source}
            {"}"}).call(window);
            </script>
            """);
    }
}
