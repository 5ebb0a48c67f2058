using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using W2S.Kernel.Engine;
using W2S.Kernel.Tests.Jupyter;

namespace W2S.Kernel.Tests.Engine;

/// <summary>Widgets as a front end that speaks their protocol meets them, and as one that does not.</summary>
public sealed class WidgetTests : IDisposable
{
    private const string View = "application/vnd.jupyter.widget-view+json";

    private readonly Session session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public async Task AWidgetIsOpenedWhenItIsFirstShown()
    {
        var host = await LiveAsync("""
            var t = new FloatSlider(0.5, 10, value: 2) { Description = "T" }; t.Disabled = true;
            display(t);
            t
            """);
        Assert.Equal(["comm", "display", "display"], host.Events.Select(item => item.Kind));
        var opened = host.Events[0].Comm!;
        Assert.Equal(("comm_open", "jupyter.widget", "2.1.0"), (opened.Type, opened.Target, opened.Version));
        var state = opened.Data["state"]!;
        Assert.Equal(("FloatSliderModel", "FloatSliderView", "@jupyter-widgets/controls"),
            ((string?)state["_model_name"], (string?)state["_view_name"], (string?)state["_model_module"]));
        Assert.Equal((0.5, 10.0, 2.0, 0.1, "T", ".1f", true),
            ((double)state["min"]!, (double)state["max"]!, (double)state["value"]!, (double)state["step"]!,
                (string?)state["description"], (string?)state["readout_format"], (bool)state["disabled"]!));
        var bundle = host.Events[1].Bundle!;
        Assert.Equal([View, "text/html", "text/plain"], bundle.Keys);
        Assert.Equal((2, opened.Id), ((int)bundle[View]["version_major"]!, (string?)bundle[View]["model_id"]));
        Assert.Equal("T = 2", (string?)bundle["text/plain"]);
        Assert.Equal(
            "<label>T = 2 <input type=\"range\" min=\"0.5\" max=\"10\" step=\"0.1\" value=\"2\" disabled></label>",
            (string?)bundle["text/html"]);
    }

    [Fact]
    public async Task WhatTheReaderChangesIsTheCellsAndTheOtherWayRound()
    {
        var slider = Opened(await LiveAsync("""
            var k = new IntSlider(0, 10); k.Changed += value => Console.Write($"moved to {value}"); k
            """));
        var (result, host) = await SayAsync(slider, Update("value", 7));
        Assert.True(result.Succeeded);
        Assert.Equal(["comm", "text"], host.Events.Select(item => item.Kind));
        Assert.Equal("""{"method":"echo_update","state":{"value":7},"buffer_paths":[]}""",
            host.Events[0].Comm!.Data.ToJsonString());
        Assert.Equal("moved to 7", host.Out);

        host = await LiveAsync("k.Value == 7 ? k.Value = 3 : throw new Exception()");
        Assert.Equal("""{"method":"update","state":{"value":3},"buffer_paths":[]}""",
            host.Events[0].Comm!.Data.ToJsonString());
        Assert.Equal("moved to 3", host.Out);
        Assert.Equal("""[{"value":3}]""", JsonSerializer.Serialize(
            (await SayAsync(slider, new() { ["method"] = "request_state" })).Host.Events.Select(
                item => new { value = (int)item.Comm!.Data["state"]!["value"]! })));
    }

    [Fact]
    public async Task StepsThatTheFrontEndAddsUpAreTheNumbersTheyMean()
    {
        var slider = Opened(await LiveAsync("var T = new FloatSlider(0.1, 8); T"));
        await SayAsync(slider, Update("value", 0.9999999999999999));
        Assert.Equal("1", (await LiveAsync("T.Value")).Plain);
    }

    [Fact]
    public async Task ASilentCellMovesASliderToo()
    {
        var host = await LiveAsync("var k = new IntSlider(); k");
        await session.RunAsync("k.Value = 3;");
        SpinWait.SpinUntil(() => Last() == "update value 3", TimeSpan.FromSeconds(10)); // changes are gathered
        Assert.Equal("update value 3", Last());

        string Last()
        {
            lock (host.Events) return Told(host.Events[^1]);
        }
    }

    [Fact]
    public async Task AFloodOfChangesIsAFewMessages()
    {
        var host = await LiveAsync("""
            var bar = new IntProgress(max: 100_000); display(bar);
            for (var i = 0; i <= bar.Max; i++) bar.Value = i;
            """);
        var changes = host.Events.Where(item => item.Comm is { Type: "comm_msg" }).ToList();
        Assert.InRange(changes.Count, 1, 100);
        Assert.Equal(100_000, (int)changes[^1].Comm!.Data["state"]!["value"]!);
    }

    [Fact]
    public async Task ChoicesTextsBoxesAndButtons()
    {
        var host = await LiveAsync("""
            var loss = new Dropdown<string>("KD", "DKD"); var name = new Text("Ada"); var box = new Checkbox();
            var run = new Button("Run"); var clicks = 0; run.Clicked += () => clicks++;
            loss.Changed += Console.Write; name.Changed += Console.Write; box.Changed += Console.Write;
            foreach (var widget in new Widget[] { loss, name, box, run }) display(widget);
            """);
        var ids = host.Events.Where(item => item.Kind == "comm").Select(item => item.Comm!).ToList();
        Assert.Equal("""["KD","DKD"]""", ids[0].Data["state"]!["_options_labels"]!.ToJsonString());
        Assert.Equal("DKD", (await SayAsync(ids[0].Id, Update("index", 1))).Host.Out);
        Assert.Equal("Eve", (await SayAsync(ids[1].Id, Update("value", "Eve"))).Host.Out);
        Assert.Equal("True", (await SayAsync(ids[2].Id, Update("value", true))).Host.Out);
        await SayAsync(ids[3].Id,
            new() { ["method"] = "custom", ["content"] = new JsonObject { ["event"] = "click" } });
        Assert.Equal("loss = DKD, DKD, Eve, True, 1", (await LiveAsync(
            "loss.Description = \"loss\"; $\"{loss}, {loss.Value}, {name}, {box}, {clicks}\"")).Plain);
        Assert.Equal(
            [
                "<label>KD <select disabled><option>KD</option></select></label>",
                "<label>Ada <input type=\"text\" value=\"Ada\" disabled></label>",
                "<label>False <input type=\"checkbox\" disabled></label>", "<button disabled>Run</button>",
            ],
            host.Displays.Select(shown => (string?)shown.Bundle!["text/html"]));
    }

    [Fact]
    public async Task ASliderDrivesAFunctionWhoseOutputIsReplaced()
    {
        var host = await LiveAsync("""
            Console.Write("above");
            interact(T => { Console.Write($"at {T}"); return HTML($"<b>{T * 2}</b>"); }, 1, 5)
            """);
        Assert.Equal(["above", "open IntSlider", "display", "open Output", "display"],
            host.Events.SkipLast(1).Select(Told));
        Assert.StartsWith("update outputs [", Told(host.Events[^1])); // into the view that stands
        var (slider, place) = (host.Displays[0], host.Displays[1]);
        Assert.Equal("T = 3", (string?)slider.Bundle!["text/plain"]); // by the parameter's name, in the middle
        Assert.Equal("<pre>at 3</pre>\n<b>6</b>", (string?)place.Bundle!["text/html"]); // for readers without a kernel
        (var result, host) = await SayAsync((string)slider.Bundle[View]["model_id"]!, Update("value", 5));
        Assert.True(result.Succeeded);
        Assert.Equal("echo_update value 5", Told(host.Events[0]));
        var outputs = host.Events[^1].Comm!.Data["state"]!["outputs"]!.AsArray();
        Assert.Equal(["at 5", "<b>10</b>"],
            outputs.Select(output => (string?)(output!["text"] ?? output["data"]!["text/html"])));
        Assert.All(host.Events, item => Assert.Equal("comm", item.Kind)); // nothing goes to the cell

        // what a page that is loaded anew asks for
        var state = (await StatesAsync())[(string)place.Bundle[View]["model_id"]!]!["state"]!;
        Assert.True(JsonNode.DeepEquals(outputs, state["outputs"]));
    }

    [Fact]
    public async Task WithoutAFrontEndWidgetsStandAndAreShownAnewWhereTheyStand()
    {
        var host = await session.RunAsync("""
            var t = new FloatSlider(0, 4, 1);
            interact((T, loss) => { display($"{loss} at {T}"); if (T > 2) display("warm"); },
                t, new Dropdown<string>("KD"));
            """);
        Assert.Equal(["T = 1", "loss = KD", "KD at 1"], host.Displays.Select(Plain));
        Assert.DoesNotContain(host.Displays, shown => shown.Bundle!.ContainsKey(View));
        var (slider, place) = (host.Displays[0].Id, host.Displays[2].Id);
        host = await session.RunAsync("t.Value = 3;");
        var warm = host.Displays[^1].Id;
        Assert.Equal([("update", slider, "T = 3"), ("update", place, "KD at 3"), ("display", warm, "warm")],
            host.Displays.Select(shown => (shown.Kind, shown.Id, Plain(shown))));
        host = await session.RunAsync("t.Value = 2;");
        Assert.Equal([(slider, "T = 2"), (place, "KD at 2"), (warm, "")],
            host.Displays.Select(shown => (shown.Id, Plain(shown))));
        var error = await session.FailAsync("interact((int k) => throw new Exception(\"no\"), 1, 3);");
        Assert.Equal("no", error.Message); // a run without a reader does not go on
    }

    [Fact]
    public async Task AHandlerThatFailsOrIsStoppedLeavesTheKernelAlive()
    {
        var slider = Opened(await LiveAsync("""
            interact(async k => { await Task.Delay(1); if (k == 3) throw new Exception("no threes"); }, 1, 3);
            """));
        var (result, host) = await SayAsync(slider, Update("value", 3));
        Assert.True(result.Succeeded);
        var shown = host.Events[^1].Comm!.Data["state"]!["outputs"]![0]!; // it stands in the place
        Assert.Equal("stderr", (string?)shown["name"]);
        Assert.StartsWith("System.Exception: no threes\n  line 1:\n    interact(", (string?)shown["text"]);

        var box = Opened(await LiveAsync("""
            var box = new Checkbox(); box.Changed += on => { if (on) while (true) { } throw new Exception("off"); }; box
            """));
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        result = await session.Cells.ReceiveAsync(
            CommMessage.On(box, Update("value", true)), new RecordingHost(), stop.Token);
        Assert.True(result.Error!.Interrupted);
        (result, _) = await SayAsync(box, Update("value", false));
        Assert.Equal("off", result.Error!.Message);
        Assert.Equal("False", (await LiveAsync("box.Value")).Plain);
    }

    [Theory]
    [InlineData("new IntSlider(5, 1)", "min 5 is above max 1; give the smaller number first")]
    [InlineData("new FloatSlider(0, 1, 2)", "value 2 is outside of 0 to 1; give one within")]
    [InlineData("new FloatSlider(0, double.NaN)", "0 to NaN is no range; give two finite numbers")]
    [InlineData("new IntSlider(step: 0)", "step 0 is not positive; give one above 0 (Parameter 'step')")]
    [InlineData("new IntProgress().Value = 101", "value 101 is outside of 0 to 100; give one within")]
    [InlineData("new Dropdown<int>()", "there are no options; give one or more (Parameter 'options')")]
    [InlineData("new Dropdown<int>(1, 2, 1)", "option '1' is given 2 times; give each once (Parameter 'options')")]
    [InlineData("new Dropdown<int>(1, 2).Value = 3", "'3' is none of the options; give one of 1, 2")]
    [InlineData("interact(x => x, 5.0, 1.0)", "min 5 is above max 1; give the smaller number first")]
    [InlineData("interact(x => x, 1f, 2f)",
        "1 to 2 is a range of Single; give two of int or of double, such as 0.5 and 10.0")]
    public async Task BadInputIsOneLine(string code, string message) =>
        Assert.Equal(message, (await session.FailAsync(code)).Message);

    [Fact]
    public async Task WhatNobodyKnowsIsClosedAndWhatIsClosedIsForgotten()
    {
        var (_, host) = await SayAsync("nobody", Update("value", 1));
        Assert.Equal(("comm_close", "nobody"), (host.Events[0].Comm!.Type, host.Events[0].Comm!.Id));
        Assert.Empty(await StatesAsync());
        var slider = Opened(await LiveAsync("var k = new IntSlider(); k"));
        var known = Assert.Single(await StatesAsync());
        Assert.Equal((slider, "IntSliderModel"), (known.Key, (string?)known.Value!["model_name"]));
        Assert.Equal("jupyter.widget", session.Cells.Comms[slider]);

        var closing = Assert.Single((await LiveAsync("k.Dispose(); k.Value = 3;")).Events).Comm!;
        Assert.Equal(("comm_close", slider), (closing.Type, closing.Id));
        Assert.Equal("ObjectDisposedException", (await session.FailAsync("k")).Name);
        slider = Opened(await LiveAsync("k = new IntSlider(); k"));
        await ReceiveAsync(new("comm_close", slider, []), new RecordingHost());
        Assert.Empty(await StatesAsync());
    }

    [Fact]
    public async Task AMessageThatMakesNoSenseHarmsNothing()
    {
        var ids = (await LiveAsync("""
            display(new IntSlider(0, 10, 5)); display(new Dropdown<string>("a", "b")); display(new Output());
            """)).Events.Where(item => item.Kind == "comm").Select(item => item.Comm!.Id).ToList();
        var (result, host) = await SayAsync(ids[0], Update("value", "much"));
        Assert.Equal(
            "the front end sent \"much\" as the value of IntSlider '': it is no Int32", result.Error!.Message);
        Assert.Equal(5, (int)host.Events[^1].Comm!.Data["state"]!["value"]!); // it is told what stands
        (result, _) = await SayAsync(ids[0], Update("value", 11));
        Assert.Contains("value 11 is outside of 0 to 10", result.Error!.Message);

        var random = new Random(5);
        var sane = Encoding.UTF8.GetBytes("""
            {"method":"update","state":{"value":7,"index":1,"outputs":[]},"content":{"event":"click"},"buffer_paths":[]}
            """);
        for (var i = 0; i < 2000; i++)
        {
            JsonObject data;
            try
            {
                using var parsed = JsonDocument.Parse(Mutator.Mutate(random, sane));
                if (parsed.RootElement.ValueKind != JsonValueKind.Object) continue;
                data = JsonObject.Create(parsed.RootElement.Clone())!;
            }
            catch (JsonException)
            {
                continue;
            }
            await SayAsync(ids[i % ids.Count], data);
        }
        Assert.Equal(3, (await StatesAsync()).Count);
    }

    private static JsonObject Update(string trait, JsonNode value) =>
        new() { ["method"] = "update", ["state"] = new JsonObject { [trait] = value } };

    private static string Opened(RecordingHost host) => host.Events.First(item => item.Kind == "comm").Comm!.Id;

    private static string? Plain(RecordingHost.Event shown) => (string?)shown.Bundle!["text/plain"];

    private static string Told(RecordingHost.Event item) => item switch
    {
        { Comm: { Type: "comm_open", Data: var data } } => $"open {((string)data["state"]!["_model_name"]!)[..^5]}",
        { Comm.Data: var data } =>
            $"{data["method"]} {string.Join(",", data["state"]!.AsObject().Select(one => $"{one.Key} {one.Value}"))}",
        { Kind: "text" } => item.Text,
        _ => item.Kind,
    };

    private async Task<RecordingHost> LiveAsync(string code)
    {
        var host = new RecordingHost { TakesComms = true };
        var result = await session.Cells.RunAsync(code, host, interrupt: TestContext.Current.CancellationToken);
        Assert.True(result.Succeeded, result.Error is null ? "" : string.Join('\n', result.Error.Traceback));
        return host;
    }

    private async Task<(CellResult Result, RecordingHost Host)> SayAsync(string id, JsonObject data)
    {
        var host = new RecordingHost { TakesComms = true };
        return (await ReceiveAsync(CommMessage.On(id, data), host), host);
    }

    private Task<CellResult> ReceiveAsync(CommMessage message, RecordingHost host) =>
        session.Cells.ReceiveAsync(message, host, TestContext.Current.CancellationToken);

    private async Task<JsonObject> StatesAsync()
    {
        var opening = new CommMessage("comm_open", "control", []) { Target = "jupyter.widget.control" };
        await ReceiveAsync(opening, new RecordingHost());
        var (_, host) = await SayAsync("control", new() { ["method"] = "request_states" });
        var told = Assert.Single(host.Events).Comm!;
        Assert.Equal(("control", "update_states"), (told.Id, (string?)told.Data["method"]));
        return told.Data["states"]!.AsObject();
    }
}
