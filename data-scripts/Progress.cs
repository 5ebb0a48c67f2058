namespace W2S.DataScripts;

/// <summary>Says what is going on: lines, and a bar where someone is watching.</summary>
/// <param name="writer">Where to.</param>
/// <param name="watched">Whether it is a terminal, where a line can be written over.</param>
public sealed class Progress(TextWriter writer, bool watched)
{
    private long _drawn;
    private bool _open;

    public void Say(string line)
    {
        Close();
        writer.WriteLine(line);
    }

    /// <summary>Draws the bar anew, at most ten times a second.</summary>
    /// <param name="name">What is on its way.</param>
    /// <param name="done">Bytes that are here.</param>
    /// <param name="total">Bytes in all; unknown where null.</param>
    public void Bar(string name, long done, long? total)
    {
        if (!watched || (Environment.TickCount64 - _drawn < 100 && done != total)) return;
        _drawn = Environment.TickCount64;
        _open = true;
        var share = total is > 0 ? Math.Clamp((double)done / total.Value, 0, 1) : 0;
        var filled = (int)(30 * share);
        var amount = total is { } all ? $"{100 * share,3:F0} % of {all / 1e6:F1} MB" : $"{done / 1e6:F1} MB";
        writer.Write($"\r{name} [{new string('#', filled)}{new string('.', 30 - filled)}] {amount}   ");
    }

    private void Close()
    {
        if (_open) writer.WriteLine();
        _open = false;
    }
}
