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
        Formatter.Register<GenericChart>(chart => ChartMime.Json(chart), ChartMime.Plotly);
        Formatter.Register<GenericChart>(chart => ChartMime.Html(chart), Html);
        Formatter.Register<GenericChart>(chart => ChartMime.Text(chart), Text);
        Formatter.SetPreferredMimeTypesFor(typeof(GenericChart), ChartMime.Plotly, Html, Text);

        Formatter.Register<PlotlyScript>(script => script.Html, Html);
        Formatter.Register<PlotlyScript>(script => script.ToString(), Text);
        Formatter.SetPreferredMimeTypesFor(typeof(PlotlyScript), Html, Text);

        Formatter.Register<IFrame>(frame => Table.Of(frame).ToHtml(), Html);
        Formatter.Register<IFrame>(frame => Table.Of(frame).ToText(), Text);
        Formatter.SetPreferredMimeTypesFor(typeof(IFrame), Html, Text);

        Formatter.Register<ImageGrid>(grid => grid.ToHtml(), Html);
        Formatter.Register<ImageGrid>(grid => Convert.ToBase64String(grid.Png.Span), Png);
        Formatter.Register<ImageGrid>(grid => grid.ToString(), Text);
        Formatter.SetPreferredMimeTypesFor(typeof(ImageGrid), Html, Png, Text);

        Plain<Estimate>();
        Plain<GapRecovered>();
        Plain<Comparison>();

        Formatter.Register<LiveViewState>(state => state.ToHtml(), Html);
        Formatter.Register<LiveViewState>(state => state.ToString(), Text);
        Formatter.SetPreferredMimeTypesFor(typeof(LiveViewState), Html, Text);
    }

    /// <summary>plotly.js as a value to show once, before the first chart.</summary>
    /// <returns>A script whose HTML begins with <see cref="PlotlyScript.Marker"/>.</returns>
    /// <exception cref="InvalidOperationException">Plotly.NET holds no plotly.js any more.</exception>
    public static PlotlyScript PlotlyJs() => PlotlyScript.Shared;

    /// <summary>A value that reads as one line.</summary>
    private static void Plain<T>()
        where T : notnull
    {
        Formatter.Register<T>(value => HtmlText.Encode(value.ToString() ?? ""), Html);
        Formatter.Register<T>(value => value.ToString() ?? "", Text);
        Formatter.SetPreferredMimeTypesFor(typeof(T), Html, Text);
    }
}
