using System.Text.Json.Nodes;
using Deedle;
using Microsoft.DotNet.Interactive.Formatting;
using TorchSharp;
using W2S.Analysis;
using W2S.Charts;
using W2S.Data;
using static TorchSharp.torch;

namespace W2S.Tests.Charts;

public sealed class FormattersTests
{
    public FormattersTests() => Formatters.Register();

    [Fact]
    public void A_chart_comes_as_plotly_json_html_and_text()
    {
        var chart = ChartSamples.All["gap bars"]();
        Assert.Equal([ChartMime.Plotly, "text/html", "text/plain"],
            Formatter.GetPreferredMimeTypesFor(chart.GetType()));
        var figure = JsonNode.Parse(chart.ToDisplayString(ChartMime.Plotly))!.AsObject();
        Assert.Equal(["data", "layout", "config"], figure.Select(entry => entry.Key));
        var html = chart.ToDisplayString("text/html");
        Assert.Contains("window.Plotly", html);
        Assert.DoesNotContain("http", html);
        Assert.Contains("setup cell", html);
    }

    [Fact]
    public void Text_tells_title_series_and_numbers()
    {
        var text = ChartSamples.All["gap bars"]().ToDisplayString("text/plain");
        Assert.StartsWith("Bars\n", text);
        Assert.Contains("Weak teacher: 50.5 [", text);
        Assert.Contains("Ceiling: 80.5", text);
        Assert.DoesNotContain("<", text);
        Assert.Contains("AdaptConf: 49 59.5 60.5 over 1 to 3",
            ChartSamples.All["learning curves"]().ToDisplayString("text/plain"));
        Assert.Contains("AdaptConf + labels, runs: 1 3 2",
            ChartSamples.All["paired gains"]().ToDisplayString("text/plain"));
    }

    [Fact]
    public void Two_showings_of_a_chart_do_not_share_a_place()
    {
        var chart = ChartSamples.All["gap bars"]();
        Assert.NotEqual(chart.ToDisplayString("text/html"), chart.ToDisplayString("text/html"));
    }

    [Fact]
    public void Html_of_a_chart_cannot_close_its_script()
    {
        var html = Figures.GapBars("a </script><b>", W2S.Tests.Runs.DrawnRuns.Of("KD", .5, .6)).ToDisplayString(
            "text/html");
        Assert.Equal(html.LastIndexOf("</script>", StringComparison.Ordinal),
            html.IndexOf("</script>", StringComparison.Ordinal));
    }

    [Fact]
    public void Plotly_js_is_marked_whole_and_hidden_from_require_js()
    {
        var script = Assert.IsType<PlotlyScript>(Formatters.PlotlyJs());
        var html = script.ToDisplayString("text/html");
        Assert.StartsWith(PlotlyScript.Marker, html);
        Assert.True(html.Length > 3_000_000);
        Assert.Contains("(function (define, exports, module)", html);
        Assert.Equal(html.LastIndexOf("</script>", StringComparison.Ordinal),
            html.IndexOf("</script>", StringComparison.Ordinal));
        Assert.Matches(@"^\d+\.\d+\.\d+$", script.Version);
        Assert.True(script.ToDisplayString("text/plain").Length < 100);
    }

    [Fact]
    public void Frames_become_tables()
    {
        var frame = Frame.FromColumns(new Dictionary<string, Series<string, double>>
        {
            ["accuracy <%>"] = new(["KD", "AdaptConf"], [61.23456, -.5]),
            ["nll"] = new(["KD"], [1.5]),
        });
        Assert.Equal(["text/html", "text/plain"], Formatter.GetPreferredMimeTypesFor(frame.GetType()));
        var html = frame.ToDisplayString("text/html");
        Assert.Contains("accuracy &lt;%&gt;", html);
        Assert.Contains(">61.2346</td>", html);
        var lines = frame.ToDisplayString("text/plain").Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Equal(["AdaptConf", "−0.5", "–"], lines[2].Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void A_long_frame_says_what_is_left_out()
    {
        var frame =
            Frame.FromColumns(
                new Dictionary<string, Series<int, int>>
                {
                    ["a"] =
                    new([.. Enumerable.Range(0, 100)], [.. Enumerable.Range(0, 100)])
                });
        Assert.Contains("… and 40 more rows", frame.ToDisplayString("text/plain"));
    }

    [Fact]
    public void An_estimate_is_one_line()
    {
        var estimate = Statistics.OverSamples([61, 62, 63]);
        Assert.Equal("62.0 ± 1.0", estimate.ToDisplayString("text/plain"));
        Assert.Equal("62.0 ± 1.0", estimate.ToDisplayString("text/html"));
    }

    [Fact]
    public void An_image_grid_is_a_picture_with_labels()
    {
        using var scope = NewDisposeScope();
        using var set =
            new ImageSet("set", arange(3 * 3 * 4 * 4).to_type(ScalarType.Byte).reshape(3, 3, 4, 4), [0, 1, 1],
                ["cat", "dog & fox"]);
        var grid = ImageGrid.Of(set, [2, 0], columns: 8, tileSize: 20);
        Assert.Equal(["dog & fox", "cat"], grid.Labels);
        Assert.Equal([0x89, 0x50, 0x4E, 0x47], grid.Png.Span[..4].ToArray());
        Assert.Equal(Convert.ToBase64String(grid.Png.Span), grid.ToDisplayString("image/png"));
        var html = grid.ToDisplayString("text/html");
        Assert.Contains("dog &amp; fox", html);
        Assert.Equal(2, html.Split("data:image/png;base64,").Length - 1);
        Assert.Equal("2 images of set: dog & fox, cat", grid.ToDisplayString("text/plain"));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageGrid.Of(set, [3]));
        Assert.Contains("1 labels for 2 images",
            Assert.Throws<ArgumentException>(() => ImageGrid.Of(set, [0, 1], ["x"])).Message);
    }

    [Fact]
    public void An_images_pixels_survive_the_picture()
    {
        using var scope = NewDisposeScope();
        using var set = new ImageSet("set", tensor(new byte[] { 10, 200, 30 }).reshape(1, 3, 1, 1), [0], ["c"]);
        using var picture = SkiaSharp.SKBitmap.Decode(ImageGrid.Of(set, [0], [""], tileSize: 4).Png.ToArray());
        var pixel = picture.GetPixel(1, 1);
        Assert.Equal((10, 200, 30), (pixel.Red, pixel.Green, pixel.Blue));
    }

    [Fact]
    public void The_student_that_overruled_its_teacher_is_found()
    {
        using var scope = NewDisposeScope();
        using var set = new ImageSet("set", zeros([3, 3, 2, 2], ScalarType.Byte), [0, 0, 1], ["cat", "dog"]);
        var student = tensor(new[] { 3f, 0, 0, 1, 0, 1 }, [3, 2]);
        var teacher = tensor(new[] { 0f, 1, 1, 0, 0, 1 }, [3, 2]);
        Assert.Equal(["cat\nteacher: dog\nstudent: cat (95 %)"],
            Figures.Overruled(set, student, teacher, rightly: true)!.Labels);
        Assert.Equal(["cat\nteacher: cat\nstudent: dog (73 %)"],
            Figures.Overruled(set, student, teacher, rightly: false)!.Labels);
        Assert.Null(Figures.Overruled(set, student, student, rightly: true));
    }
}
