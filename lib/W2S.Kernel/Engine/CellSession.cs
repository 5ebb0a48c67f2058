using System.Diagnostics;
using W2S.Kernel.Engine.Assemblies;
using W2S.Kernel.Engine.Cells;
using W2S.Kernel.Engine.Editing;
using W2S.Kernel.Engine.Output;
using W2S.Kernel.Engine.Widgets;

namespace W2S.Kernel.Engine;

/// <summary>A live session: cells run one after the other and see each other's variables.</summary>
/// <remarks>
/// Cells start on one thread that is the session's own. While a cell runs, what it writes to <see cref="Console"/>,
/// from any thread, goes to its host; a host writes to <see cref="HostConsole"/> instead.
/// </remarks>
public sealed class CellSession : IDisposable
{
    // How long the disposing of what a left-behind cell holds may keep the reader waiting.
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly object hostGate = new();
    private readonly ReferenceSet references = new();
    private readonly PartRunner parts;
    private readonly Comms comms = new();
    private CellThread thread = new();
    private volatile CellContext? running;

    /// <summary>Opens a session.</summary>
    /// <param name="workingDirectory">The notebook's folder: relative paths in <c>#r</c>, <c>#load</c> and
    /// <c>#!import</c> start here.</param>
    public CellSession(string workingDirectory)
    {
        ArgumentException.ThrowIfNullOrEmpty(workingDirectory);
        WorkingDirectory = Path.GetFullPath(workingDirectory);
        parts = new PartRunner(references);
        ConsoleRouting.Begin();
        BackgroundFailures.Watch();
        WarmUp.Start();
    }

    /// <summary>The notebook's folder, absolute.</summary>
    public string WorkingDirectory { get; }

    /// <summary>How long a stopped cell whose code took <c>Cell.Token</c> has to end by itself before it is left
    /// behind.</summary>
    /// <value>0.4 seconds, as for other cells.</value>
    public TimeSpan Patience { get; set; } = StopSequence.Usual;

    /// <summary>True while a cell runs whose code took <c>Cell.Token</c>: stopped, it may end by itself.</summary>
    public bool HeedsStop => running is { TokenTaken: true };

    /// <summary>Runs one cell. Never throws for what the cell does: see <see cref="CellResult.Error"/>.</summary>
    /// <param name="code">The cell's text, magics included.</param>
    /// <param name="host">Where its outputs go.</param>
    /// <param name="language">The language the cell starts in: <c>csharp</c>, <c>fsharp</c>, <c>html</c>,
    /// <c>markdown</c>, <c>mermaid</c>, <c>javascript</c>, …</param>
    /// <param name="interrupt">Stops the cell; the session stays usable.</param>
    /// <returns>How it ended.</returns>
    public Task<CellResult> RunAsync(string code, ICellHost host, string language = "csharp",
        CancellationToken interrupt = default)
    {
        ArgumentNullException.ThrowIfNull(code);
        ArgumentNullException.ThrowIfNull(host);
        return InTurnAsync(code.ReplaceLineEndings("\n"), host,
            (source, cell) => parts.RunAsync(source, language, cell, thread), interrupt);
    }

    /// <summary>The open comms, each with what it is for.</summary>
    internal IReadOnlyDictionary<string, string> Comms => comms.Targets;

    /// <summary>Takes what a front end says of its widgets: their handlers run as cells do, in turn with
    /// them.</summary>
    /// <param name="message">The message.</param>
    /// <param name="host">Where outputs go.</param>
    /// <param name="interrupt">Stops a handler.</param>
    /// <returns>How it ended.</returns>
    internal Task<CellResult> ReceiveAsync(CommMessage message, ICellHost host, CancellationToken interrupt) =>
        InTurnAsync("", host, (source, cell) =>
            parts.RunAsync(source, cell, thread, () => comms.Receive(message, cell.Output)), interrupt);

    /// <summary>Says what could stand at a position of a cell that is being written.</summary>
    /// <param name="code">The cell's text.</param>
    /// <param name="position">Where the reader is typing, in UTF-16 units from the start.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The choices that fit what is typed; none in languages without help.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The position is outside the text.</exception>
    public async Task<CompletionResult> CompleteAsync(string code, int position,
        CancellationToken cancellationToken = default)
    {
        CheckPosition(code, position);
        if (Completions.Magic(code, position) is { } magics) return magics;
        if (PackageNames.At(code, position) is { } packages) return packages;
        if (CellParser.Only("csharp", code, position) is not { } csharp)
            return new CompletionResult(position, position, []);
        var document = await parts.CSharp.Editor.OpenAsync(csharp, cancellationToken).ConfigureAwait(false);
        return await Completions.CSharpAsync(document, position, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says what stands at a position of a cell: its signature and the summary of its documentation.</summary>
    /// <param name="code">The cell's text.</param>
    /// <param name="position">The place, in UTF-16 units from the start.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Plain text and Markdown; null where nothing with a meaning stands there.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The position is outside the text.</exception>
    public async Task<MimeBundle?> InspectAsync(string code, int position,
        CancellationToken cancellationToken = default)
    {
        CheckPosition(code, position);
        if (CellParser.Only("csharp", code, position) is not { } csharp) return null;
        var document = await parts.CSharp.Editor.OpenAsync(csharp, cancellationToken).ConfigureAwait(false);
        return await Inspection.AtAsync(document, position, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tells whether a cell's text can be run as it stands.</summary>
    /// <param name="code">The cell's text.</param>
    public CompletenessResult CheckComplete(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        return Completeness.Check(code);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        thread.Dispose();
        parts.Dispose();
    }

    private static void CheckPosition(string code, int position)
    {
        ArgumentNullException.ThrowIfNull(code);
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, code.Length);
    }

    private async Task<CellResult> InTurnAsync(
        string code, ICellHost host, Func<CellSource, CellContext, Task> run, CancellationToken interrupt)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            await turn.WaitAsync(interrupt).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return new CellResult(Interrupted("before it began", null), Stopwatch.GetElapsedTime(started));
        }
        try
        {
            ConsoleRouting.Begin();
            var source = CellSource.Cell(code, WorkingDirectory);
            return new CellResult(await RunAsync(source, host, run, interrupt).ConfigureAwait(false),
                Stopwatch.GetElapsedTime(started));
        }
        finally
        {
            running = null;
            turn.Release();
        }
    }

    private async Task<CellError?> RunAsync(
        CellSource source, ICellHost host, Func<CellSource, CellContext, Task> run, CancellationToken interrupt)
    {
        using var cell = new CellContext(source, new CellOutput(host, hostGate), comms);
        using var flush = new FlushAtExit(cell.Output);
        running = cell;
        var stopAsked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = interrupt.Register(stopAsked.SetResult).ConfigureAwait(false);

        var work = Task.Run(() =>
        {
            cell.Enter();
            return run(source, cell);
        }, CancellationToken.None);
        await Task.WhenAny(work, stopAsked.Task).ConfigureAwait(false);
        if (!work.IsCompleted && !await StopSequence.RunAsync(work, cell, thread, Patience).ConfigureAwait(false))
        {
            thread.Dispose();
            var abandoned = thread;
            thread = new CellThread();
            var ending = Task.Run(() =>
            {
                cell.Enter();
                return cell.EndAsync(abandoned);
            });
            await Task.WhenAny(ending, Task.Delay(EndPatience)).ConfigureAwait(false);
            cell.Output.Close();
            return Interrupted(
                "but some of its work could not be stopped and is left behind; what it still prints is dropped", null);
        }
        CellError? error = null;
        try
        {
            await work.ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            error = ExceptionReport.Describe(failure, source);
        }
        cell.Output.Flush();
        return cell.Stopped ? Interrupted(null, error) : error;
    }

    private static CellError Interrupted(string? how, CellError? place)
    {
        var message = how is null ? "the cell was stopped" : $"the cell was stopped {how}";
        return new CellError("Interrupted", message, [$"Interrupted: {message}", .. place?.Traceback.Skip(1) ?? []])
        {
            Interrupted = true,
            Line = place?.Line,
            Column = place?.Column,
            SourceLine = place?.SourceLine,
        };
    }
}
