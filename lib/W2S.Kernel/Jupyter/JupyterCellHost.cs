using W2S.Kernel.Engine;

namespace W2S.Kernel.Jupyter;

/// <summary>A cell's way to its Jupyter clients.</summary>
/// <param name="request">The request that runs the cell.</param>
/// <param name="count">The cell's number.</param>
/// <param name="publisher">Broadcasts.</param>
/// <param name="pump">Gathers text.</param>
/// <param name="input">Asks the reader; null where the client cannot be asked.</param>
/// <param name="interrupt">Ends a question.</param>
internal sealed class JupyterCellHost(
    IncomingMessage request, int count, Publisher publisher, OutputPump pump, InputRequests? input,
    CancellationToken interrupt) : ICellHost
{
    /// <summary>The value as plain text, for the history; null where the cell had none.</summary>
    public string? ResultText { get; private set; }

    /// <inheritdoc/>
    public void Write(OutputStream stream, string text) => pump.Write(request.Header, stream, text);

    /// <inheritdoc/>
    public void Display(MimeBundle bundle, string displayId, bool update)
    {
        if (update)
            pump.Update(request.Header, displayId, bundle);
        else
            pump.Flush(() => publisher.Display(request.Header, bundle, displayId, update: false));
    }

    /// <inheritdoc/>
    public void Result(MimeBundle bundle)
    {
        ResultText = PlainText(bundle);
        pump.Flush(() => publisher.Result(request.Header, bundle, count));
    }

    /// <inheritdoc/>
    public void Clear(bool wait) => pump.Clear(request.Header, wait);

    /// <inheritdoc/>
    public bool TakesComms => true;

    /// <inheritdoc/>
    public void Comm(CommMessage message) => pump.Flush(() => publisher.Comm(request.Header, message));

    /// <inheritdoc/>
    public string? ReadLine(string prompt, bool password)
    {
        pump.Flush();
        return input?.Ask(request, prompt, password, interrupt);
    }

    /// <summary>A value's plain text.</summary>
    /// <param name="bundle">The value.</param>
    /// <returns>The text, or null where it has none.</returns>
    public static string? PlainText(MimeBundle? bundle) =>
        bundle is not null && bundle.TryGetValue("text/plain", out var text) ? text.GetValue<string>() : null;
}

/// <summary>Keeps a value and drops everything else: a silent cell's outputs, a user expression's value.</summary>
internal sealed class QuietCellHost : ICellHost
{
    /// <summary>The value; null for none.</summary>
    public MimeBundle? Value { get; private set; }

    /// <inheritdoc/>
    public void Write(OutputStream stream, string text)
    {
    }

    /// <inheritdoc/>
    public void Display(MimeBundle bundle, string displayId, bool update)
    {
    }

    /// <inheritdoc/>
    public void Result(MimeBundle bundle) => Value = bundle;

    /// <inheritdoc/>
    public void Clear(bool wait)
    {
    }

    /// <inheritdoc/>
    public string? ReadLine(string prompt, bool password) => null;
}
