using System.Text.Json.Nodes;
using Plotly.NET;
using W2S.Analysis;
using W2S.Charts;
using W2S.Runs;
using static W2S.Tests.Runs.DrawnRuns;

namespace W2S.Tests.Charts;

public sealed class FiguresTests
{
    [Theory]
    [MemberData(nameof(ChartSamples.Names), MemberType = typeof(ChartSamples))]
    public void Every_chart_is_a_complete_figure_of_plain_lists(string name)
    {
        var figure = Figure(ChartSamples.All[name]());
        Assert.NotEmpty(figure["data"]!.AsArray());
        var layout = figure["layout"]!;
        Assert.Equal("rgba(0,0,0,0)", layout["paper_bgcolor"]!.ToString());
        Assert.Equal("rgba(0,0,0,0)", layout["plot_bgcolor"]!.ToString());
        Assert.StartsWith("<b>", layout["title"]!["text"]!.ToString());
        foreach (var trace in figure["data"]!.AsArray())
        {
            foreach (var axis in new[] { "x", "y" })
            {
                var values = Assert.IsType<JsonArray>(trace![axis]);
                Assert.NotEmpty(values);
                Assert.DoesNotContain(values, value => value?.ToString() is "NaN" or "Infinity");
            }
            foreach (var axis in new[] { "xaxis", "yaxis" })
            {
                var used = trace![axis]?.ToString() ?? axis[..1];
                Assert.NotNull(layout[axis + used[1..]]);
            }
        }
        Assert.DoesNotContain("black", figure.ToJsonString());
    }

    [Theory]
    [MemberData(nameof(ChartSamples.Names), MemberType = typeof(ChartSamples))]
    public void Axes_that_carry_a_quantity_are_titled(string name)
    {
        var layout = Figure(ChartSamples.All[name]())["layout"]!.AsObject();
        var titled = layout.Where(entry => entry.Key.StartsWith("xaxis")).Any(axis => axis.Value!["title"] is not null)
            || layout["annotations"]?.AsArray().Any(
                text => text!["y"]!.ToString() == "0" && text["yanchor"]?.ToString() == "top") == true
            || name is "gap bars" or "sensitivity";
        Assert.True(titled, "no title of the x axis");
    }

    [Fact]
    public void Rows_of_one_method_are_told_apart_by_their_settings()
    {
        RunFacets In(Role role, string noise) => Facets(role, "AdaptConf", noise: noise);
        RunSet runs = [.. new[] { "symmetric 20 %", "a long name of a setting that wraps" }.SelectMany(
            noise => Of(In(Role.StrongAlone, noise), 0, .6, .6).Concat(Of(In(Role.Student, noise), 0, .61, .63)))];
        var layout = Figure(Figures.PairedGains("Gains", runs.Compare(Role.StrongAlone)))["layout"]!;

        Assert.Equal(["<b>AdaptConf + labels</b>", "symmetric 20 %", "a long name of a setting<br>that wraps"],
            layout["yaxis"]!["ticktext"]!.AsArray().Select(text => text!.ToString()));
        Assert.Contains("After Holm over 2 comparisons: 2 open", layout["title"]!["text"]!.ToString());
    }

    [Fact]
    public void Accuracies_are_shown_in_percent_with_their_interval()
    {
        var figure = Figure(Figures.GapBars("Bars", Of("KD", .59, .6, .61)));
        var bar = figure["data"]![0]!;
        Assert.Equal(60, bar["y"]![0]!.GetValue<double>());
        var half = 4.3026527300 / Math.Sqrt(3); // sd 1, n = 3
        Assert.Equal(half, bar["error_y"]!["array"]![0]!.GetValue<double>(), 1e-4);
        Assert.Equal(half, bar["error_y"]!["arrayminus"]![0]!.GetValue<double>(), 1e-4);
        Assert.Equal("accuracy, %", figure["layout"]!["yaxis"]!["title"]!["text"]!.ToString());
        Assert.Contains("n\u00A0=\u00A03", figure["layout"]!["title"]!["text"]!.ToString());
        Assert.Contains("95 % interval", figure["layout"]!["title"]!["text"]!.ToString());
    }

    [Fact]
    public void A_single_run_claims_no_interval()
    {
        var figure = Figure(Figures.GapBars("Bars", Of("KD", .6)));
        Assert.Null(figure["data"]![0]!["error_y"]);
        Assert.Contains("no interval", figure["layout"]!["title"]!["text"]!.ToString());
    }

    [Fact]
    public void Methods_stand_in_their_fixed_order_and_colour()
    {
        RunSet runs = [.. Of(Role.Ceiling, .5, .6), .. Of("AdaptConf", .5, .6), .. Of("mine", .5, .6),
            .. Of(Role.WeakTeacher, .5, .6), .. Of("KD", .5, .6)];
        var names =
            Figure(Figures.GapBars("Bars", runs))["data"]!.AsArray().Select(trace => trace!["name"]!.ToString());
        Assert.Equal(["Weak teacher", "KD + labels", "AdaptConf + labels", "mine + labels", "Ceiling"], names);
        var (plain, four) = (Facets(Role.Student, "AdaptConf"),
            Facets(Role.Student, "AdaptConf") with { Variant = "T = 4" });
        Assert.Equal(MethodStyle.Of(plain).Colour, MethodStyle.Of(four).Colour);
        Assert.NotEqual(MethodStyle.Of(four).Symbol, MethodStyle.Of(four with { Variant = "T = 0.5" }).Symbol);
        Assert.NotEqual(MethodStyle.Of(plain).Symbol,
            MethodStyle.Of(Facets(Role.Student, "AdaptConf", SupervisionKind.Teacher)).Symbol);
        Assert.Equal(MethodStyle.Of("mine"), MethodStyle.Of("Mine"));
    }

    [Fact]
    public void Colours_are_legible_on_white_and_on_near_black()
    {
        foreach (var colour in Palette.Hues.Concat([Palette.Weak, Palette.Ceiling, Palette.Ink]))
        {
            Assert.True(Contrast(colour, "#FFFFFF") >= 3, $"{colour} on white {Contrast(colour, "#FFFFFF"):0.00}");
            Assert.True(Contrast(colour, "#1E1E1E") >= 3, $"{colour} on dark {Contrast(colour, "#1E1E1E"):0.00}");
        }

        static double Contrast(string a, string b)
        {
            var (x, y) = (Luminance(a), Luminance(b));
            return (Math.Max(x, y) + .05) / (Math.Min(x, y) + .05);
        }

        static double Luminance(string colour)
        {
            var c = Convert.FromHexString(colour[1..]).Select(v => v / 255.0).Select(
                v => v <= .04045 ? v / 12.92 : Math.Pow((v + .055) / 1.055, 2.4)).ToArray();
            return .2126 * c[0] + .7152 * c[1] + .0722 * c[2];
        }
    }

    [Fact]
    public void Histogram_shares_add_up_and_hold_the_ends()
    {
        var trace =
            Figure(Figures.Histogram("H", [("a", [0, .1, .5, 1, 7])], Measure.Beta, 2, (0, 1)))["data"]![0]!;
        Assert.Equal([40.0, 60.0, 60.0], trace["y"]!.AsArray().Select(value => value!.GetValue<double>()));
        Assert.Equal([0, .5, 1], trace["x"]!.AsArray().Select(value => value!.GetValue<double>()));
    }

    [Fact]
    public void A_noise_map_shows_shares_of_each_class()
    {
        var map = NoiseMap.Of([0, 0, 0, 0, 1, 1, 2], [0, 1, 1, 2, 1, 1, 0], 3);
        var figure = Figure(Figures.NoiseMaps("N", [("drawn", map), ("again", map)]));
        Assert.Equal([[25.0, 50, 25], [0, 100, 0], [100, 0, 0]],
            figure["data"]![0]!["z"]!.AsArray()
                .Select(row => row!.AsArray().Select(value => value!.GetValue<double>()).ToArray()));
        Assert.Equal("x2", figure["data"]![1]!["xaxis"]!.ToString());
        Assert.Contains(figure["layout"]!["annotations"]!.AsArray(),
            text => text!["text"]!.ToString() == "<b>drawn</b><br>57.1 % of 7 labels wrong");
        Assert.Contains("57.1 % of 7 labels wrong: 3 × 3 values",
            ChartMime.Text(Figures.NoiseMaps("N", [("drawn", map)])));
        Assert.Contains("same classes",
            Assert.Throws<ArgumentException>(
                () => Figures.NoiseMaps("N", [("drawn", map), ("two", NoiseMap.Of([0], [1], 2))])).Message);
    }

    [Theory]
    [InlineData(.5, "just below it")]
    [InlineData(.9, "β near 1, its own class is nearly all it learns")]
    public void The_largest_betas_are_explained(double largest, string meaning)
    {
        Assert.Contains(meaning, Caption(Figures.BetaByCell("β", [largest], [CorrectnessCell.BothRight])));
        Assert.Contains(meaning, Caption(Figures.BetaOverTime("β", [1], [[.1, largest]])));

        static string Caption(GenericChart chart) =>
            Figure(chart)["layout"]!["title"]!["text"]!.GetValue<string>().Replace("<br>", " ");
    }

    [Fact]
    public void An_unverified_number_is_not_shown()
    {
        var error =
            Assert.Throws<ArgumentException>(
                () => Figures.Published("P", [new("A", "KD", .7, "M", Statistics.OverSamples([.7]))], "all"));
        Assert.Contains("'M'", error.Message);
    }

    [Fact]
    public void Bad_input_is_named()
    {
        Assert.Contains("empty", Assert.Throws<ArgumentException>(() => Figures.LearningCurves("L", [])).Message);
        Assert.Contains("KD has 1 values for 2 places",
            Assert.Throws<ArgumentException>(
                () => Figures.LearningCurves("L", [Curve.Single("KD", [1, 2], [.5])])).Message);
        Assert.Contains("lead -1 ",
            Assert.Throws<ArgumentOutOfRangeException>(() => Figures.BetaSlider([-1])).Message);
    }

    [Fact]
    public void EveryPositionOfTheSliderHoldsItsNumbers()
    {
        var figure = Figure(Figures.BetaSlider([0, 2]));
        var steps = figure["layout"]!["sliders"]![0]!["steps"]!.AsArray();
        Assert.Equal(["0.1", "0.25", "0.5", "1", "2", "4", "8", "16"], steps.Select(step => (string?)step!["label"]));
        Assert.Equal([.5, 1 / (1 + Math.Exp(4))], Images(steps[2]!["args"]![0]!["y"]![1]!), Close);
        Assert.Equal([.5, 1 / (1 + Math.Exp(.5))], Images(steps[5]!["args"]![0]!["y"]![1]!), Close);
        Assert.Equal("2 images: mean β 0.44", (string?)steps[5]!["args"]![0]!["name"]![1]);
        Assert.Equal(Images(steps[2]!["args"]![0]!["y"]![1]!), Images(figure["data"]![1]!["y"]!)); // shown: 0.5

        static IEnumerable<double> Images(JsonNode numbers) => numbers.AsArray().Select(y => y!.GetValue<double>());
        static bool Close(double a, double b) => Math.Abs(a - b) < 1e-5;
    }

    private static JsonObject Figure(GenericChart chart) => JsonNode.Parse(ChartMime.Json(chart))!.AsObject();
}
