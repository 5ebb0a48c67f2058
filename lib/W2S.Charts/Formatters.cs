using Deedle;
using Microsoft.DotNet.Interactive.Formatting;
using Plotly.NET;
using W2S.Analysis;
using W2S.Runs;

namespace W2S.Charts;

/// <summary>Tells notebooks how the library's values look.</summary>
public static class Formatters
{
    private const string Html = "text/html", Text = "text/plain", Png = "image/png";

    /// <summary>Registers charts, Deedle frames, image grids, estimates and live views with
    /// Microsoft.DotNet.Interactive.Formatting.</summary>
    /// <remarks>Called once by a notebook's setup cell; calling it again changes nothing.</remarks>
    public static void Register()
    {
        Show<GenericChart>((ChartMime.Plotly, ChartMime.Json), (Html, ChartMime.Html), (Text, ChartMime.Text));
        Show<PlotlyScript>((Html, script => script.Html), (Text, script => script.ToString()));
        Show<IFrame>((Html, frame => Table.Of(frame).ToHtml()), (Text, frame => Table.Of(frame).ToText()));
        Show<ImageGrid>((Html, grid => grid.ToHtml()), (Png, grid => Convert.ToBase64String(grid.Png.Span)),
            (Text, grid => grid.ToString()));
        Line<Estimate>();
        Line<GapRecovered>();
        Line<Comparison>();
        Show<LiveViewState>((Html, state => state.ToHtml()), (Text, state => state.ToString()));
    }

    /// <summary>plotly.js as a value to show once, before the first chart.</summary>
    /// <returns>What a page shows as a script, and as text in a sentence.</returns>
    /// <exception cref="InvalidOperationException">Plotly.NET holds no plotly.js any more.</exception>
    public static object PlotlyJs() => PlotlyScript.Read();

    /// <summary>The forms of a kind of value, the preferred one first.</summary>
    private static void Show<T>(params (string Mime, Func<T, string> Form)[] forms)
    {
        foreach (var (mime, form) in forms) Formatter.Register(form, mime);
        Formatter.SetPreferredMimeTypesFor(typeof(T), [.. forms.Select(one => one.Mime)]);
    }

    /// <summary>A value that reads as one line.</summary>
    private static void Line<T>() =>
        Show<T>((Html, value => HtmlText.Encode($"{value}")), (Text, value => $"{value}"));
}
