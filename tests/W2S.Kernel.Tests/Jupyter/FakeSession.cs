using W2S.Kernel.Engine;
using W2S.Kernel.Jupyter;

namespace W2S.Kernel.Tests.Jupyter;

/// <summary>A session that does what a cell's first word says, so that the server can be tested without the
/// engine.</summary>
internal sealed class FakeSession : IKernelSession
{
    public List<string> Ran { get; } = [];

    public Task<CellResult> RunAsync(string code, ICellHost host, CancellationToken interrupt)
    {
        Ran.Add(code);
        var (verb, rest) = code.Split(' ', 2) is [var first, var second] ? (first, second) : (code, "");
        switch (verb)
        {
            case "print":
                host.Write(OutputStream.Out, rest);
                break;
            case "complain":
                host.Write(OutputStream.Error, rest);
                break;
            case "value":
                host.Result(new MimeBundle("text/plain", rest));
                break;
            case "show":
                host.Display(new MimeBundle("text/plain", rest), "d1", update: false);
                break;
            case "update":
                host.Display(new MimeBundle("text/plain", rest), "d1", update: true);
                break;
            case "clear":
                host.Clear(wait: rest == "wait");
                break;
            case "ask":
                host.Write(OutputStream.Out, host.ReadLine(rest, password: false) ?? "(nobody)");
                break;
            case "secret":
                host.Write(OutputStream.Out, host.ReadLine(rest, password: true) ?? "(nobody)");
                break;
            case "loop":
                interrupt.WaitHandle.WaitOne(TimeSpan.FromSeconds(10));
                return Done(
                    new CellError("Interrupted", "the cell was stopped", ["Interrupted"]) { Interrupted = true });
            case "sleep":
                Thread.Sleep(int.Parse(rest));
                break;
            case "fail":
                return Done(new CellError("TestError", rest, [$"TestError: {rest}", "  at line 1"]));
            case "throw":
                throw new InvalidOperationException(rest);
        }
        return Done(null);
    }

    public Task<CompletionResult> CompleteAsync(string code, int position, CancellationToken cancel) =>
        Task.FromResult(new CompletionResult(position, code.Length, [new CompletionEntry("WriteLine", "method")]));

    public Task<MimeBundle?> InspectAsync(string code, int position, CancellationToken cancel) =>
        Task.FromResult(code.Contains("unknown") ? null : new MimeBundle("text/plain", $"about {code}"));

    public (string Status, string Indent) CheckComplete(string code) =>
        code.EndsWith('{') ? ("incomplete", "    ") : ("complete", "");

    public IReadOnlyDictionary<string, string> Comms { get; } =
        new Dictionary<string, string> { ["w1"] = "jupyter.widget", ["c1"] = "jupyter.widget.control" };

    /// <summary>Runs the cell that a message's <c>do</c> holds; closes the comm of one without.</summary>
    public Task<CellResult> ReceiveAsync(CommMessage message, ICellHost host, CancellationToken interrupt)
    {
        if ((string?)message.Data["do"] is { } code) return RunAsync(code, host, interrupt);
        host.Comm(CommMessage.Close(message.Id));
        return Done(null);
    }

    public void Dispose()
    {
    }

    private static Task<CellResult> Done(CellError? error) => Task.FromResult(new CellResult(error, TimeSpan.Zero));
}
