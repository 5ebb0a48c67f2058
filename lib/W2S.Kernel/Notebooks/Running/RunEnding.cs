using System.Globalization;
using System.Text;
using W2S.Kernel.Engine;
using W2S.Kernel.Notebooks.Checking;
using W2S.Kernel.Notebooks.Html;
using W2S.Kernel.Notebooks.Pictures;

namespace W2S.Kernel.Notebooks.Running;

/// <summary>What is written and said once the cells have run.</summary>
/// <param name="plan">What was asked for.</param>
/// <param name="read">The notebook file's bytes when the run began.</param>
/// <param name="say">Takes a line for the reader.</param>
/// <param name="warn">Takes a line that says what went wrong.</param>
internal sealed class RunEnding(RunPlan plan, byte[] read, Action<string> say, Action<string> warn)
{
    /// <param name="executed">The notebook with its outputs.</param>
    /// <param name="result">How the run ended.</param>
    /// <param name="stopped">The exit code where it was stopped.</param>
    /// <returns>The exit code.</returns>
    public int Finish(Notebook executed, RunResult result, int stopped)
    {
        CommittedForm.Identify(executed);
        var plotly = PlotlyScript.Find(executed);
        var written = Written(plan.Out, () => executed.Write(plan.Out));
        int[] codes =
        [
            written ? RunCommand.Done : RunCommand.Failed,
            result.Error is { } error ? Explain(error, result, written, stopped)
                : Conclude(executed, result, plotly, written),
            plan.Html is { } page ? WritePage(page, executed, plotly) : RunCommand.Done,
        ];
        return codes.Max();
    }

    private const string NoPlotly =
        "; its charts do not draw: no cell displayed plotly.js, which the setup cell must show once";

    private int Explain(CellError error, RunResult result, bool written, int stopped)
    {
        if (error.Interrupted)
        {
            warn($"w2s: stopped in cell {result.Failed} of {result.Total}"
                + (written ? $"; what was done is in {Name(plan.Out)}" : ""));
            return stopped;
        }
        warn(Describe(error));
        warn($"w2s: cell {result.Failed} of {result.Total} failed"
            + (written ? $"; the outputs so far are in {Name(plan.Out)}" : ""));
        return RunCommand.Failed;
    }

    private int Conclude(Notebook executed, RunResult result, string? plotly, bool written)
    {
        say($"w2s: {result.Total} cells done" + (written ? $"; executed notebook: {Name(plan.Out)}" : ""));
        if (plan.Options.Check)
            return Check(executed);
        var code = RunCommand.Done;
        return !plan.Options.Save || Written(plan.Path, () => code = Save(executed, plotly)) ? code : RunCommand.Failed;
    }

    private int WritePage(string page, Notebook executed, string? plotly)
    {
        if (!Written(page,
            () => AtomicFile.Write(page, writer => writer.Write(HtmlPage.Render(executed, plan.Path, plotly)))))
            return RunCommand.Failed;
        say($"w2s: page: {Name(page)}{(plotly is null && PlotlyScript.Charts(executed).Any() ? NoPlotly : "")}");
        return RunCommand.Done;
    }

    // What fails for one file must not cost the reader the others.
    private bool Written(string path, Action write)
    {
        try
        {
            write();
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            warn($"w2s: {Name(path)} was not written: {error.Message.ReplaceLineEndings(" ")}; make room or mend the "
                + "folder, then run again");
            return false;
        }
    }

    private int Save(Notebook executed, string? plotly)
    {
        var committed = CommittedForm.Of(executed, new MachineFolders(plan.Folder));
        foreach (var line in new ChartPainter(HeadlessBrowser.Find()).Paint(committed, plotly, plan.Notebook))
            warn($"w2s: {line}");
        var size = Encoding.UTF8.GetByteCount(committed.ToJson());
        if (size >= CommittedForm.MaximumBytes)
        {
            warn($"w2s: not saved: the committed form would take {size / 1000} KB, the limit is "
                + $"{CommittedForm.MaximumBytes / 1000} KB; "
                + $"the largest outputs are in {Largest(committed)}; show less there");
            return RunCommand.Failed;
        }
        if (!File.ReadAllBytes(plan.Path).AsSpan().SequenceEqual(read))
        {
            warn($"w2s: not saved: {Name(plan.Path)} was changed while it ran; run it again");
            return RunCommand.Failed;
        }
        committed.Write(plan.Path);
        say($"w2s: saved in committed form, {size / 1000.0:0} KB: {Name(plan.Path)}");
        return RunCommand.Done;
    }

    private int Check(Notebook executed)
    {
        var now = CommittedForm.Of(executed, new MachineFolders(plan.Folder));
        var found = new NotebookComparer(plan.Options.Tolerance).Compare(plan.Notebook, now);
        foreach (var line in found.Differences)
            warn(line);
        var tolerance = plan.Options.Tolerance.ToString("G3", CultureInfo.InvariantCulture);
        say(found.Differences.Count == 0
            ? $"w2s: checked {found.Numbers} numbers: all within {tolerance} (relative) or one in the last printed "
                + "place"
            : $"w2s: checked {found.Numbers} numbers, relative tolerance {tolerance}: the lines above differ from "
                + "what is saved");
        return found.Differences.Count == 0 ? RunCommand.Done : RunCommand.Failed;
    }

    /// <summary>The cell's line with a caret, then the exception.</summary>
    private static string Describe(CellError error)
    {
        var said = error.Traceback.Count > 0 && error.Traceback[0].Contains(error.Message, StringComparison.Ordinal);
        var lines = new List<string> { said ? error.Traceback[0] : $"{error.Name}: {error.Message}" };
        if (error.SourceLine is { } source && !error.Traceback.Any(line => line.TrimEnd().EndsWith('^')))
        {
            var start = $"  line {error.Line}: ";
            lines.Add(start + source);
            lines.Add(new string(' ', start.Length + Math.Max(0, (error.Column ?? 1) - 1)) + "^");
        }
        lines.AddRange(error.Traceback.Skip(said ? 1 : 0));
        return string.Join(Environment.NewLine, lines);
    }

    private static string Largest(Notebook notebook)
    {
        var sizes =
            notebook.CodeCells.Select((cell, index) => (Size: cell.Outputs.ToJsonString().Length, Number: index + 1));
        return string.Join(", ", sizes.OrderByDescending(cell => cell.Size).Take(3)
            .Select(cell => $"cell {cell.Number} ({cell.Size / 1000} KB)"));
    }

    private static string Name(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}
