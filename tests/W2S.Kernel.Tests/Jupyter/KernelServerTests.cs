using System.Text;
using System.Text.Json.Nodes;
using W2S.Kernel.Jupyter;
using W2S.Kernel.Notebooks;

namespace W2S.Kernel.Tests.Jupyter;

public sealed class KernelServerTests : IDisposable
{
    private readonly ServerHarness kernel = new();

    public void Dispose() => kernel.Dispose();

    private static string Shape(Sent sent) =>
        sent.Type == "status" ? (string)sent.Content["execution_state"]! : sent.Type;

    [Fact]
    public void ACellIsEnclosedInBusyAndIdle()
    {
        var sent = kernel.Until(kernel.Execute("value 42"));
        Assert.Equal(["busy", "execute_input", "execute_result", "execute_reply", "idle"], sent.Select(Shape));
        Assert.Equal("42", (string?)sent[2].Content["data"]!["text/plain"]);
        Assert.Equal(1, (int)sent[2].Content["execution_count"]!);
        Assert.Equal(("ok", 1), ((string)sent[3].Content["status"]!, (int)sent[3].Content["execution_count"]!));
        Assert.Equal("client-id"u8, Assert.Single(sent[3].Identities));
    }

    [Theory]
    [InlineData("kernel_info_request")]
    [InlineData("complete_request")]
    [InlineData("inspect_request")]
    [InlineData("is_complete_request")]
    [InlineData("history_request")]
    [InlineData("comm_info_request")]
    [InlineData("interrupt_request")]
    [InlineData("nonsense_request")]
    public void EveryRequestGetsOneReply(string type)
    {
        foreach (var channel in new[] { KernelChannel.Shell, KernelChannel.Control })
        {
            var sent = kernel.Until(kernel.Ask(type, new JsonObject { ["code"] = "x" }, channel));
            Assert.Equal(["busy", type.Replace("_request", "_reply"), "idle"], sent.Select(Shape));
            Assert.Equal(channel, sent[1].Channel);
        }
    }

    [Fact]
    public void KernelInfoSaysWhatNotebooksSay()
    {
        var info = kernel.Reply(kernel.Ask("kernel_info_request")).Content;
        Assert.True(JsonNode.DeepEquals(NotebookMetadata.LanguageInfo(), info["language_info"]),
            info["language_info"]!.ToJsonString());
        Assert.Equal("5.4", (string?)info["protocol_version"]);
        Assert.NotEmpty((string)info["banner"]!);
    }

    [Fact]
    public void ASilentCellSaysNothingAndCountsNothing()
    {
        var sent = kernel.Until(kernel.Execute("value 1", new() { ["silent"] = true }));
        Assert.Equal(["busy", "execute_reply", "idle"], sent.Select(Shape));
        Assert.Equal(["busy", "execute_reply", "idle"],
            kernel.Until(kernel.Execute("fail x", new() { ["silent"] = true })).Select(Shape));
        Assert.Equal(1, (int)kernel.Reply(kernel.Execute("value 2")).Content["execution_count"]!);
        Assert.Equal(["value 2"], History());
    }

    [Fact]
    public void StoreHistoryFalseKeepsTheCount()
    {
        kernel.Until(kernel.Execute("value 1"));
        Assert.Equal(1,
            (int)kernel.Reply(
                kernel.Execute("value 2", new() { ["store_history"] = false })).Content["execution_count"]!);
        Assert.Equal(["value 1"], History());
    }

    [Fact]
    public void UserExpressionsAreEvaluatedApart()
    {
        var reply = kernel.Reply(kernel.Execute("print x", new()
        {
            ["user_expressions"] = new JsonObject { ["good"] = "value 5", ["bad"] = "fail no" },
        })).Content["user_expressions"]!;
        Assert.Equal("5", (string?)reply["good"]!["data"]!["text/plain"]);
        Assert.Equal(("error", "TestError"), ((string?)reply["bad"]!["status"], (string?)reply["bad"]!["ename"]));
    }

    [Fact]
    public void AnErrorIsSaidAndRepliedAndAbortsWhatWaits()
    {
        var first = kernel.Execute("sleep 100");
        var failing = kernel.Execute("fail boom");
        var waiting = kernel.Execute("value 1");
        var info = kernel.Ask("kernel_info_request");
        var sent = kernel.Until(failing);
        Assert.Equal(["busy", "execute_input", "error", "execute_reply", "idle"], sent.Select(Shape));
        foreach (var content in new[] { sent[2].Content, sent[3].Content })
        {
            Assert.Equal(("TestError", "boom"), ((string?)content["ename"], (string?)content["evalue"]));
            Assert.Equal(["TestError: boom", "  at line 1"],
                content["traceback"]!.AsArray().Select(line => (string)line!));
        }
        Assert.Equal("ok", (string?)kernel.Reply(first).Content["status"]);
        Assert.Equal("aborted", (string?)kernel.Reply(waiting).Content["status"]);
        Assert.Equal("ok", (string?)kernel.Reply(info).Content["status"]);
        Assert.Equal("ok", (string?)kernel.Reply(kernel.Execute("value 3")).Content["status"]);
        Assert.Equal(["sleep 100", "fail boom", "value 3"], kernel.Session.Ran);
    }

    [Theory]
    [InlineData("stop_on_error", false)]
    [InlineData("silent", true)]
    public void WithoutStopOnErrorOrSilentlyTheQueueGoesOn(string option, bool value)
    {
        kernel.Execute("sleep 50");
        kernel.Execute("fail boom", new() { [option] = value });
        Assert.Equal("ok", (string?)kernel.Reply(kernel.Execute("value 1")).Content["status"]);
    }

    [Fact]
    public void WhatIsSentOnceTheErrorWasRepliedRuns()
    {
        var next = "";
        kernel.Arrives = sent =>
        {
            if (sent.Type == "execute_reply" && (string?)sent.Content["ename"] == "TestError")
                next = kernel.Execute("value 1");
        };
        kernel.Until(kernel.Execute("fail boom"));
        Assert.Equal("ok", (string?)kernel.Reply(next).Content["status"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AnInterruptEndsTheCell(bool byMessage)
    {
        var id = kernel.Execute("loop");
        kernel.Next(sent => sent.Type == "execute_input");
        if (byMessage)
            kernel.Reply(kernel.Ask("interrupt_request", null, KernelChannel.Control));
        else
            kernel.Server.Interrupt();
        Assert.Equal("Interrupted", (string?)kernel.Reply(id).Content["ename"]);
        Assert.Equal("ok", (string?)kernel.Reply(kernel.Execute("value 1")).Content["status"]);
    }

    [Fact]
    public void AnInterruptWithNothingRunningHarmsNothing()
    {
        kernel.Reply(kernel.Ask("interrupt_request", null, KernelChannel.Control));
        Assert.Equal("ok", (string?)kernel.Reply(kernel.Execute("value 1")).Content["status"]);
    }

    [Theory]
    [InlineData("ask", false)]
    [InlineData("secret", true)]
    public void ACellAsksAndGetsAnAnswer(string verb, bool password)
    {
        var id = kernel.Execute($"{verb} name?");
        var question = kernel.Next(sent => sent.Type == "input_request");
        Assert.Equal((KernelChannel.Stdin, id), (question.Channel, question.ParentId));
        Assert.Equal(("name?", password), ((string?)question.Content["prompt"], (bool)question.Content["password"]!));
        Assert.Equal("client-id"u8, Assert.Single(question.Identities));
        kernel.Ask("input_reply", new() { ["value"] = "Ada" }, KernelChannel.Stdin);
        Assert.Equal("Ada", (string?)Assert.Single(kernel.Until(id), sent => sent.Type == "stream").Content["text"]);
    }

    [Fact]
    public void NobodyIsAskedWhereTheClientForbidsIt() =>
        Assert.Equal("(nobody)",
            (string?)Assert.Single(kernel.Until(kernel.Execute("ask x", new() { ["allow_stdin"] = false })),
                sent => sent.Type == "stream").Content["text"]);

    [Fact]
    public void AnInterruptEndsAQuestionAndItsLateAnswerIsForgotten()
    {
        var id = kernel.Execute("ask first");
        kernel.Next(sent => sent.Type == "input_request");
        kernel.Ask("interrupt_request", null, KernelChannel.Control);
        Assert.Equal("Interrupted", (string?)kernel.Reply(id).Content["ename"]);
        kernel.Ask("input_reply", new() { ["value"] = "late" }, KernelChannel.Stdin);
        id = kernel.Execute("ask second");
        kernel.Next(sent => sent.Type == "input_request");
        kernel.Ask("input_reply", new() { ["value"] = "right" }, KernelChannel.Stdin);
        Assert.Equal("right", (string?)Assert.Single(kernel.Until(id), sent => sent.Type == "stream").Content["text"]);
    }

    [Fact]
    public void CompletionPositionsAreCodePoints()
    {
        var reply =
            kernel.Reply(kernel.Ask("complete_request", new() { ["code"] = "😀😀.Wri😀", ["cursor_pos"] = 3 })).Content;
        Assert.Equal((3, 7), ((int)reply["cursor_start"]!, (int)reply["cursor_end"]!));
        Assert.Equal("WriteLine", (string?)reply["matches"]![0]);
        Assert.Equal("method", (string?)reply["metadata"]!["_jupyter_types_experimental"]![0]!["type"]);
    }

    [Fact]
    public void InspectAndThePager()
    {
        var known = kernel.Reply(kernel.Ask("inspect_request", new() { ["code"] = "abc", ["cursor_pos"] = 1 })).Content;
        Assert.Equal((true, "about abc"), ((bool)known["found"]!, (string?)known["data"]!["text/plain"]));
        Assert.False(
            (bool)kernel.Reply(kernel.Ask("inspect_request", new() { ["code"] = "unknown" })).Content["found"]!);
        var payload = kernel.Reply(kernel.Execute("?abc")).Content["payload"]![0]!;
        Assert.Equal(("page", "about abc"), ((string?)payload["source"], (string?)payload["data"]!["text/plain"]));
        Assert.Equal("NotFound", (string?)kernel.Reply(kernel.Execute("?unknown")).Content["ename"]);
    }

    [Fact]
    public void IsCompleteGivesTheIndent()
    {
        var reply = kernel.Reply(kernel.Ask("is_complete_request", new() { ["code"] = "if (x) {" })).Content;
        Assert.Equal(("incomplete", "    "), ((string?)reply["status"], (string?)reply["indent"]));
        Assert.Equal("complete",
            (string?)kernel.Reply(kernel.Ask("is_complete_request", new() { ["code"] = "x" })).Content["status"]);
    }

    [Fact]
    public void DisplaysAndUpdates()
    {
        var shown = kernel.Until(kernel.Execute("show a"))[2];
        Assert.Equal(("display_data", "d1"), (shown.Type, (string?)shown.Content["transient"]!["display_id"]));
        var updated = kernel.Until(kernel.Execute("update b"))[2];
        Assert.Equal(("update_display_data", "d1", "b"),
            (updated.Type, (string?)updated.Content["transient"]!["display_id"],
                (string?)updated.Content["data"]!["text/plain"]));
        Assert.True((bool)kernel.Until(kernel.Execute("clear wait"))[2].Content["wait"]!);
    }

    [Fact]
    public void ACommThatNobodyKnowsIsClosed()
    {
        var sent = kernel.Until(kernel.Ask("comm_open", new() { ["comm_id"] = "c9", ["target_name"] = "widget" }));
        Assert.Equal(["busy", "comm_close", "idle"], sent.Select(Shape));
        Assert.Equal("c9", (string?)sent[1].Content["comm_id"]);
    }

    [Fact]
    public void AWidgetsMessageRunsItsHandlersAndGetsNoReply()
    {
        string Say(string code) =>
            kernel.Ask("comm_msg", new() { ["comm_id"] = "w1", ["data"] = new JsonObject { ["do"] = code } });
        Assert.Equal(["busy", "stream", "idle"], kernel.Until(Say("print moved")).Select(Shape));
        var failed = kernel.Until(Say("fail boom"));
        Assert.Equal(["busy", "error", "idle"], failed.Select(Shape));
        Assert.Equal("boom", (string?)failed[1].Content["evalue"]);
        Assert.Equal(["busy", "idle"], kernel.Until(Say("throw inside")).Select(Shape));
        var stopped = Say("loop");
        kernel.Next(sent => sent.ParentId == stopped);
        kernel.Ask("interrupt_request", null, KernelChannel.Control);
        Assert.Equal(["busy", "error", "idle"], kernel.Until(stopped).Select(Shape));
        var waiting = (kernel.Execute("sleep 100"), kernel.Execute("fail boom"), Say("print moved"));
        Assert.Equal(["busy", "stream", "idle"], kernel.Until(waiting.Item3).Select(Shape)); // no cell: not aborted
    }

    [Theory]
    [InlineData(null, "w1", "c1")]
    [InlineData("jupyter.widget", "w1")]
    [InlineData("other")]
    public void CommInfoNamesTheOpenComms(string? target, params string[] expected) => Assert.Equal(expected,
        kernel.Reply(kernel.Ask("comm_info_request", new() { ["target_name"] = target })).Content["comms"]!.AsObject()
            .Select(comm => comm.Key));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AShutdownIsRepliedAndEnds(bool restart)
    {
        kernel.Execute("loop"); // a running cell does not hold it up
        var sent = kernel.Until(kernel.Ask("shutdown_request", new() { ["restart"] = restart }, KernelChannel.Control));
        Assert.Equal(restart,
            (bool)Assert.Single(sent, one => one.Channel == KernelChannel.Control).Content["restart"]!);
        Assert.Single(sent, one => one.Channel == KernelChannel.IoPub && one.Type == "shutdown_reply");
        Assert.Equal(restart,
            await kernel.Server.Ended.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void AnExceptionOfTheEngineIsAReplyToo()
    {
        var reply = kernel.Reply(kernel.Execute("throw inside")).Content;
        Assert.Equal(("error", "InvalidOperationException"), ((string?)reply["status"], (string?)reply["ename"]));
        Assert.Contains("inside", Encoding.UTF8.GetString(kernel.LogStream.ToArray()));
    }

    [Fact]
    public void ABadSignatureIsDroppedAndLogged()
    {
        var frames = ServerHarness.Frames("execute_request", new() { ["code"] = "value 1" }, "evil");
        frames[^1] = "{\"code\":\"value 2\"}"u8.ToArray();
        kernel.Server.Receive(KernelChannel.Shell, frames);
        kernel.Until(kernel.Ask("kernel_info_request"));
        Assert.Empty(kernel.Session.Ran);
        Assert.DoesNotContain(kernel.All, sent => sent.ParentId == "evil");
        Assert.Contains("dropped a message on shell: its signature does not match",
            Encoding.UTF8.GetString(kernel.LogStream.ToArray()));
    }

    private string[] History() =>
        [.. kernel.Reply(
            kernel.Ask("history_request",
                new() { ["hist_access_type"] = "tail", ["n"] = 10 })).Content["history"]!.AsArray()
            .Select(entry => (string)entry![2]!)];
}
