using Microsoft.DotNet.Interactive.Commands;

namespace W2S.Kernel.Engine.Interactive;

/// <summary>A part of a cell, already compiled: the family gives it its place and its context, the engine runs
/// it.</summary>
/// <remarks>No <see cref="SubmitCode"/>: a parser that does not know C#'s strings would take that apart.</remarks>
internal sealed class PartCommand(string kernel, Func<Task> work) : KernelCommand(kernel)
{
    private readonly TaskCompletionSource<Task> started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The work itself, which may go on where the command was cancelled.</summary>
    public Task Work => started.Task.Unwrap();

    public Task RunAsync()
    {
        var running = work();
        started.TrySetResult(running);
        return running;
    }

    /// <summary>Cancels the work where it has not begun.</summary>
    public void Ended() => started.TrySetResult(Task.FromCanceled(new CancellationToken(canceled: true)));
}
