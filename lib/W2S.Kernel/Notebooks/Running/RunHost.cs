using W2S.Kernel.Engine;

namespace W2S.Kernel.Notebooks.Running;

/// <summary>The front end of every cell; what a cell shows after its end lands in the cell that runs then.</summary>
/// <param name="recorder">Keeps the outputs.</param>
/// <param name="view">Shows them.</param>
/// <param name="gate">Held while either is used.</param>
internal sealed class RunHost(OutputRecorder recorder, RunView view, Lock gate) : ICellHost
{
    /// <inheritdoc/>
    public void Write(OutputStream stream, string text)
    {
        lock (gate)
        {
            recorder.Write(stream, text);
            view.Write(text);
        }
    }

    /// <inheritdoc/>
    public void Display(MimeBundle bundle, string displayId, bool update)
    {
        lock (gate)
        {
            recorder.Display(bundle, displayId, update);
            view.Display(bundle, displayId, update);
        }
    }

    /// <inheritdoc/>
    public void Result(MimeBundle bundle)
    {
        lock (gate)
        {
            recorder.Result(bundle);
            view.Display(bundle, "", update: false);
        }
    }

    /// <inheritdoc/>
    public void Clear(bool wait)
    {
        lock (gate)
        {
            recorder.Clear(wait);
        }
    }

    /// <inheritdoc/>
    public string? ReadLine(string prompt, bool password)
    {
        if (Console.IsInputRedirected)
            return null;
        lock (gate)
            view.Write(prompt);
        return Console.ReadLine();
    }
}
