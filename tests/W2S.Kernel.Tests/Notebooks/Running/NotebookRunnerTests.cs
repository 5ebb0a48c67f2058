using W2S.Kernel.Engine;
using W2S.Kernel.Notebooks;
using W2S.Kernel.Notebooks.Running;

namespace W2S.Kernel.Tests.Notebooks.Running;

public sealed class NotebookRunnerTests
{
    private readonly StringWriter shown = new();

    [Fact]
    public async Task CellsRunInOrderAndKeepNumberTimeAndOutputs()
    {
        var notebook = NotebookFile.Of("a", " ", "b");
        var result = await RunAsync(notebook, (code, host) =>
        {
            host.Write(OutputStream.Out, code);
            host.Result(new MimeBundle("text/plain", "value"));
            return null;
        });
        Assert.Equal(new RunResult(2, 2, null, null), result);
        Assert.Equal([1, null, 2], notebook.Cells.Select(cell => cell.ExecutionCount));
        Assert.Equal("b", NotebookText.Join(notebook.Cells[2].Outputs[0]!["text"]));
        Assert.Equal(2, (int)notebook.Cells[2].Outputs[1]!["execution_count"]!);
        var times = notebook.Cells[0].Metadata["execution"]!;
        var start =
            DateTime.Parse((string)times["iopub.execute_input"]!, System.Globalization.CultureInfo.InvariantCulture);
        var end = DateTime.Parse((string)times["shell.execute_reply"]!,
            System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(1.5, (end - start).TotalSeconds, 5);
        Assert.Equal(
            ["[1/2] a", "a", "value", "        1.50 s", "[2/2] b", "b", "value", "        1.50 s"],
            shown.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task TheFirstFailureStopsTheRunAndStandsInItsCell()
    {
        var notebook = NotebookFile.Of("a", "bad", "c");
        var result =
            await RunAsync(notebook, (code, _) => code == "bad" ? new("Oops", "it broke", ["Oops: it broke"]) : null);
        Assert.Equal((1, 2, "Oops"), (result.Cells, result.Failed, result.Error!.Name));
        var output = Assert.Single(notebook.Cells[1].Outputs)!;
        Assert.Equal(("error", "Oops", "it broke"),
            ((string)output["output_type"]!, (string)output["ename"]!, (string)output["evalue"]!));
        Assert.Null(notebook.Cells[2].ExecutionCount);
    }

    [Fact]
    public async Task WhatACellAsksIsAnsweredByTheRunsInputs()
    {
        var answers = new List<string?>();
        var runner = new FakeRunner((code, host) =>
        {
            answers.Add(host.ReadLine(code, password: true));
            return null;
        });
        await new NotebookRunner(runner, new RunView(shown, false, 100), new Dictionary<string, string>
        {
            ["name"] = "Ada",
            ["Sure? "] = "yes",
        }).RunAsync(NotebookFile.Of("name", "name: ", "Sure? "), TestContext.Current.CancellationToken);
        Assert.Equal(["Ada", "Ada", "yes"], answers);
    }

    [Fact]
    public async Task ACellMayFailWhereItsTagSaysSo()
    {
        var notebook = NotebookFile.Of(NotebookFile.Code("bad", "raises-exception"), NotebookFile.Code("b"));
        var result = await RunAsync(notebook, (code, _) => code == "bad" ? new("Oops", "meant", []) : null);
        Assert.Null(result.Error);
        Assert.Equal(2, notebook.Cells[1].ExecutionCount);
    }

    [Fact]
    public async Task NothingRunsAfterACellThatEndedItsProcess()
    {
        var notebook = NotebookFile.Of(NotebookFile.Code("bad", "raises-exception"), NotebookFile.Code("b"));
        var result = await RunAsync(notebook, (_, _) => new("ProcessEnded", "exit code 7", []) { EndedProcess = true });
        Assert.Equal((1, "ProcessEnded"), (result.Failed, result.Error!.Name));
        Assert.Null(notebook.Cells[1].ExecutionCount);
    }

    [Fact]
    public async Task WhatComesFromACellAfterItsEndChangesNothing()
    {
        ICellHost? last = null;
        var notebook = NotebookFile.Of("a");
        await RunAsync(notebook, (_, host) =>
        {
            (last = host).Write(OutputStream.Out, "in time");
            return null;
        });
        var before = shown.ToString();
        last!.Write(OutputStream.Error, "late");
        last.Display(new MimeBundle("text/plain", "late"), "d", update: false);
        last.Clear(wait: false);
        Assert.Equal("in time", NotebookText.Join(Assert.Single(notebook.Cells[0].Outputs)!["text"]));
        Assert.Equal(before, shown.ToString());
    }

    [Fact]
    public async Task NoCellStartsOnceTheRunIsStopped()
    {
        using var stop = new CancellationTokenSource();
        var notebook = NotebookFile.Of("a", "b");
        var result = await RunAsync(
            notebook,
            (_, _) =>
            {
                stop.Cancel();
                return null;
            },
            stop.Token);
        Assert.True(result.Error!.Interrupted);
        Assert.Equal(2, result.Failed);
        Assert.Null(notebook.Cells[1].ExecutionCount);
    }

    [Fact]
    public async Task OldOutputsGoBeforeTheRun()
    {
        var notebook = NotebookFile.Of("a", "bad");
        notebook.Cells[1].Outputs.Add((System.Text.Json.Nodes.JsonNode)NotebookFile.Stream("old"));
        await RunAsync(notebook, (_, _) => new("Oops", "", []));
        Assert.Empty(notebook.Cells[1].Outputs);
    }

    private Task<RunResult> RunAsync(Notebook notebook, Func<string, ICellHost, CellError?> rule,
        CancellationToken? stop = null) =>
        new NotebookRunner(new FakeRunner(rule), new RunView(shown, terminal: false))
            .RunAsync(notebook, stop ?? TestContext.Current.CancellationToken);
}
