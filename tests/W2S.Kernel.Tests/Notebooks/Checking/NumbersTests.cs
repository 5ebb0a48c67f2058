using System.Text.Json.Nodes;
using W2S.Kernel.Notebooks;
using W2S.Kernel.Notebooks.Checking;

namespace W2S.Kernel.Tests.Notebooks.Checking;

public sealed class NumbersTests
{
    [Theory]
    [InlineData("accuracy 71.30 % ± 0.4", "71.30 0.4")]
    [InlineData("loss -1.5e-3, gain −2", "-1.5e-3 −2")]
    [InlineData("10,000 images, (1, 2, 3)", "10,000 1 2 3")]
    [InlineData("3 of 5 in 12.5 s (800 images/s, 15ms a step, 2 min)", "3 5")]
    [InlineData("3.2 seconds; 7 students; 4 mini", "7 4")]
    [InlineData("torch 2.10.0 on 2026-11-23 13:05:59", "")]
    [InlineData("resnet20 and CIFAR-100 and a1.5", "100")]
    [InlineData("range 3-5 and x=-4", "3 5 -4")]
    [InlineData("NaN", "")]
    public void TimesDatesVersionsAndNamesAreNoResults(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', PrintedNumbers.In(text).Select(number => number.Text)));

    [Theory]
    [InlineData("0.712", 0.712, 0.001)]
    [InlineData("1.50e3", 1500, 10)]
    [InlineData("12,345.6", 12345.6, 0.1)]
    [InlineData("42", 42, 0)]
    public void ThePrintedPlacesSayTheRounding(string text, double value, double place)
    {
        var number = Assert.Single(PrintedNumbers.In(text));
        Assert.Equal(value, number.Value, 9);
        Assert.Equal(place, number.LastPlace, 9);
    }

    [Fact]
    public void ChartsGiveTheirListsTypedArraysAndTexts()
    {
        var bytes = Convert.ToBase64String([.. BitConverter.GetBytes(1.25), .. BitConverter.GetBytes(-3.0)]);
        var shorts = Convert.ToBase64String([1, 0, 255, 255]);
        var figure = (JsonObject)JsonNode.Parse($$$"""
            {"layout": {"width": 5}, "data": [
              {"type": "bar", "x": ["weak", "w2s"], "y": [0.5, null], "text": ["n = 3"],
               "marker": {"color": "#123456"}},
              {"y": {"dtype": "f8", "bdata": "{{{bytes}}}"}, "x": {"dtype": "i2", "bdata": "{{{shorts}}}"},
               "opacity": 0.3},
              {"z": [[1, 2], [3]]}]}
            """)!;
        Assert.Equal(
            ["data[0].y = 0.5 NaN", "data[0].text[0] = 3", "data[1].y = 1.25 -3", "data[1].x = 1 -1",
                "data[1].opacity = 0.3",
                "data[2].z[0] = 1 2", "data[2].z[1] = 3"],
            ChartNumbers.In(figure)
                .Select(list => FormattableString.Invariant($"{list.Place} = {string.Join(' ', list.Values)}")));
    }
}
