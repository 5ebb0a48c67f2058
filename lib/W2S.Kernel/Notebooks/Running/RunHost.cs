using System.Text;
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
        return password ? ReadHidden() : Console.ReadLine();
    }

    private string ReadHidden()
    {
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
                typed.Length = Math.Max(0, typed.Length - 1);
            else if (!char.IsControl(key.KeyChar))
                typed.Append(key.KeyChar);
        }
        lock (gate)
            view.Write("\n");
        return typed.ToString();
    }
}
