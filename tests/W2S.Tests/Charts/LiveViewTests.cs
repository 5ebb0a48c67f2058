using W2S.Charts;
using W2S.Training;

namespace W2S.Tests.Charts;

public sealed class LiveViewTests
{
    private readonly List<string> shown = [];
    private readonly Clock clock = new();

    [Fact]
    public void Updates_in_place_at_most_twice_a_second_and_ends_on_the_last_report()
    {
        using (var view = new LiveView(Show, clock))
        {
            for (var i = 0; i < 100; i++)
            {
                view.Report(new LiveViewState { Done = i / 100.0, Place = $"{i}" });
                clock.Now += TimeSpan.FromMilliseconds(20);
            }
            // 100 reports in two seconds: the first, then one every half second.
            Assert.Equal(["show 0", "update 25", "update 50", "update 75"], shown);
        }
        Assert.Equal("update 99", shown[^1]);
    }

    [Fact]
    public void The_end_is_shown_at_once_and_nothing_of_it_stays()
    {
        using (var view = new LiveView(Show, clock))
        {
            view.Report(new LiveViewState { Place = "a" });
            view.Report(new LiveViewState { Place = "b", Done = 1 });
            Assert.Equal(["show a", "update b"], shown);
        }
        Assert.Equal("update ", shown[^1]);
    }

    [Fact]
    public void Reports_of_another_kind_are_turned_into_views()
    {
        using var view = new LiveView(Show, clock);
        view.For<int>(epoch => new LiveViewState { Place = $"epoch {epoch}" }).Report(3);
        Assert.Equal(["show epoch 3"], shown);
    }

    [Fact]
    public void A_trainings_report_is_shown_with_all_its_numbers()
    {
        var lines = new List<object>();
        using var view = new LiveView(value =>
        {
            lines.Add(value);
            return lines.Add;
        }, clock)
        { Title = "KD" };
        view.Report(new TrainingProgress
        {
            Step = 50,
            Steps = 200,
            Epoch = 2.5,
            Epochs = 10,
            ImagesPerSecond = 900,
            Left = TimeSpan.FromMinutes(61),
            Losses = new Dictionary<string, double> { ["kd"] = .5, ["total"] = 1.25 },
            Accuracies = new Dictionary<string, double> { ["validation"] = .625 },
            Diagnostics = new Dictionary<string, double> { ["beta"] = .41 },
            Agreement = .7,
        });
        Assert.Equal(
            "KD  [#####...............] 25 %  epoch 2.5 of 10, step 50  loss 1.250  kd 0.500  validation 62.5 %  β "
            + "0.41  agreement 70 %  900 images/s  1:01:00 left",
            Assert.Single(lines).ToString());
    }

    [Fact]
    public void A_terminal_gets_one_line_and_a_page_the_same_numbers()
    {
        var state = new LiveViewState
        {
            Title = "AdaptConf <2>",
            Done = .25,
            Place = "epoch 3 of 12",
            Numbers = [("loss", "1.21"), ("test", "62.1 %")],
            ImagesPerSecond = 2310.4,
            Left = TimeSpan.FromSeconds(83),
        };
        Assert.Equal(
            "AdaptConf <2>  [#####...............] 25 %  epoch 3 of 12  loss 1.21  test 62.1 %  2,310 images/s  1:23 "
            + "left", state.ToString());
        var html = state.ToHtml();
        Assert.Contains("AdaptConf &lt;2&gt;", html);
        Assert.Contains("width:25%", html);
        Assert.Contains("loss <b>1.21</b>", html);
        Assert.Contains("0 %", new LiveViewState { Done = double.NaN }.ToString());
    }

    private Action<object> Show(object value)
    {
        shown.Add($"show {((LiveViewState)value).Place}");
        return next => shown.Add($"update {(next as LiveViewState)?.Place ?? next}");
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
