using System.Text;
using W2S.Kernel.Engine;

namespace W2S.Kernel.Notebooks.Running;

/// <summary>A cell's front end until the cell has ended; what comes later is dropped.</summary>
/// <param name="recorder">Keeps the outputs.</param>
/// <param name="view">Shows them.</param>
/// <param name="gate">Held while either is used.</param>
/// <param name="inputs">Answers, by what is asked.</param>
internal sealed class RunHost(
    OutputRecorder recorder, RunView view, Lock gate, IReadOnlyDictionary<string, string> inputs) : ICellHost
{
    private bool ended;

    /// <summary>Notes that the cell has ended.</summary>
    public void End()
    {
        lock (gate)
            ended = true;
    }

    /// <inheritdoc/>
    public void Write(OutputStream stream, string text) => UnlessEnded(() =>
    {
        recorder.Write(stream, text);
        view.Write(text);
    });

    /// <inheritdoc/>
    public void Display(MimeBundle bundle, string displayId, bool update) => UnlessEnded(() =>
    {
        recorder.Display(bundle, displayId, update);
        view.Display(bundle, displayId, update);
    });

    /// <inheritdoc/>
    public void Result(MimeBundle bundle) => UnlessEnded(() =>
    {
        recorder.Result(bundle);
        view.Display(bundle, "", update: false);
    });

    /// <inheritdoc/>
    public void Clear(bool wait) => UnlessEnded(() => recorder.Clear(wait));

    /// <inheritdoc/>
    public string? ReadLine(string prompt, bool password)
    {
        if (inputs.TryGetValue(prompt.TrimEnd(' ', ':', '?'), out var answer) || inputs.TryGetValue(prompt, out answer))
            return answer;
        if (Console.IsInputRedirected)
            return null;
        lock (gate)
            view.Write(prompt);
        return password ? ReadHidden() : Console.ReadLine();
    }

    private void UnlessEnded(Action show)
    {
        lock (gate)
        {
            if (!ended)
                show();
        }
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
