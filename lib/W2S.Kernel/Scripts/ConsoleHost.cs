using W2S.Kernel.Engine;
using W2S.Kernel.Engine.Output;

namespace W2S.Kernel.Scripts;

/// <summary>A script's front end: the process's own streams. Of what it displays, the text is shown.</summary>
internal sealed class ConsoleHost : ICellHost
{
    /// <summary>Says what went wrong.</summary>
    public static void Say(IEnumerable<string> lines)
    {
        foreach (var line in lines) HostConsole.Error.WriteLine(line);
    }

    /// <inheritdoc/>
    public void Write(OutputStream stream, string text) =>
        (stream == OutputStream.Error ? HostConsole.Error : HostConsole.Out).Write(text);

    /// <inheritdoc/>
    public void Display(MimeBundle bundle, string displayId, bool update)
    {
        if (bundle.TryGetValue("text/plain", out var text)) HostConsole.Out.WriteLine(text.GetValue<string>());
    }

    /// <inheritdoc/>
    public void Result(MimeBundle bundle) => Display(bundle, "", update: false);

    /// <inheritdoc/>
    public void Clear(bool wait)
    {
        // what stands in a terminal stays
    }

    /// <inheritdoc/>
    public string? ReadLine(string prompt, bool password)
    {
        HostConsole.Out.Write(prompt);
        return HostConsole.In.ReadLine();
    }
}
