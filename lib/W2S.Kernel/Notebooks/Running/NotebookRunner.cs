using System.Collections.ObjectModel;
using System.Globalization;
using System.Text.Json.Nodes;
using W2S.Kernel.Engine;

namespace W2S.Kernel.Notebooks.Running;

/// <summary>How a run of a notebook ended.</summary>
/// <param name="Cells">Code cells that ran to their end.</param>
/// <param name="Total">Code cells in all.</param>
/// <param name="Failed">Number of the cell that stopped the run, or null.</param>
/// <param name="Error">Why it stopped, or null.</param>
internal sealed record RunResult(int Cells, int Total, int? Failed, CellError? Error);

/// <summary>Runs the code cells of a notebook from top to bottom and puts their outputs into it.</summary>
/// <param name="runner">Runs one cell.</param>
/// <param name="view">Shows the run.</param>
/// <param name="inputs">Answers, by what cells ask.</param>
internal sealed class NotebookRunner(
    ICellRunner runner, RunView view, IReadOnlyDictionary<string, string>? inputs = null)
{
    private readonly OutputRecorder recorder = new();
    private readonly Lock gate = new();

    /// <summary>
    /// Runs the notebook; stops at the first cell that fails, unless its tag <c>raises-exception</c> says it may and it
    /// left its process alive.
    /// </summary>
    public async Task<RunResult> RunAsync(Notebook notebook, CancellationToken interrupt)
    {
        var language = CellLanguage.OfNotebook(notebook);
        foreach (var cell in notebook.Cells.Where(cell => cell.IsCode))
        {
            cell.Outputs = [];
            cell.ExecutionCount = null;
            cell.Metadata.Remove("execution");
        }
        var cells = notebook.CodeCells.ToList();
        for (var number = 1; number <= cells.Count; number++)
        {
            var cell = cells[number - 1];
            if (interrupt.IsCancellationRequested)
                return new(number - 1, cells.Count, number, Stopped());
            var error = await RunCellAsync(notebook, cell, number, cells.Count, language, interrupt);
            if (error is not null && !MayFail(cell, error))
                return new(number - 1, cells.Count, number, error);
        }
        return new(cells.Count, cells.Count, null, null);
    }

    private async Task<CellError?> RunCellAsync(
        Notebook notebook, NotebookCell cell, int number, int total, string language, CancellationToken interrupt)
    {
        var host = new RunHost(recorder, view, gate, inputs ?? ReadOnlyDictionary<string, string>.Empty);
        lock (gate)
        {
            recorder.Start(cell, number);
            view.Start(number, total, CellTitle.Of(notebook, cell));
        }
        var start = DateTime.UtcNow;
        var result = await runner.RunAsync(cell.Source, host, CellLanguage.OfCell(cell, number, language), interrupt);
        host.End();
        lock (gate)
        {
            if (result.Error is { } error)
                recorder.Fail(error);
            recorder.End();
            cell.Metadata["execution"] = new JsonObject
            {
                ["iopub.execute_input"] = Stamp(start),
                ["shell.execute_reply"] = Stamp(start + result.Elapsed),
            };
            if (result.Error is { } allowed && MayFail(cell, allowed))
                view.Line($"{allowed.Name}: {allowed.Message}");
            view.End(result.Elapsed);
        }
        return result.Error;
    }

    private static bool MayFail(NotebookCell cell, CellError error) =>
        error is { Interrupted: false, EndedProcess: false } && cell.Tags.Contains("raises-exception");

    private static CellError Stopped() => new("Interrupted", "the run was stopped", []) { Interrupted = true };

    private static string Stamp(DateTime time) =>
        time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
