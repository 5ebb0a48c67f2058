using W2S.Kernel.Engine;

namespace W2S.Kernel.Jupyter;

/// <summary>What the Jupyter server asks of the cell engine.</summary>
internal interface IKernelSession : IDisposable
{
    /// <summary>Runs a cell.</summary>
    /// <param name="code">Its text.</param>
    /// <param name="host">Where its outputs go.</param>
    /// <param name="interrupt">Stops it.</param>
    /// <returns>How it ended.</returns>
    Task<CellResult> RunAsync(string code, ICellHost host, CancellationToken interrupt);

    /// <summary>What could stand at a position.</summary>
    /// <param name="code">The cell's text.</param>
    /// <param name="position">UTF-16 index.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The span that a choice replaces, and the choices.</returns>
    Task<CompletionResult> CompleteAsync(string code, int position, CancellationToken cancel);

    /// <summary>What stands at a position.</summary>
    /// <param name="code">The cell's text.</param>
    /// <param name="position">UTF-16 index.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>Its signature and summary, or null where nothing is known.</returns>
    Task<MimeBundle?> InspectAsync(string code, int position, CancellationToken cancel);

    /// <summary>Whether a text is a whole cell.</summary>
    /// <param name="code">The text.</param>
    /// <returns><c>complete</c>, <c>incomplete</c> or <c>invalid</c>, and how to indent the next line.</returns>
    (string Status, string Indent) CheckComplete(string code);

    /// <summary>The open comms, each with what it is for.</summary>
    IReadOnlyDictionary<string, string> Comms { get; }

    /// <summary>Takes what a front end says of its widgets, and runs their handlers.</summary>
    /// <param name="message">The message.</param>
    /// <param name="host">Where outputs go.</param>
    /// <param name="interrupt">Stops a handler.</param>
    /// <returns>How it ended.</returns>
    Task<CellResult> ReceiveAsync(CommMessage message, ICellHost host, CancellationToken interrupt);
}
