using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using W2S.Kernel.Engine;

namespace W2S.Kernel.Notebooks.Running;

/// <summary>Shows a run as it goes: number, title and seconds of each cell, with the cell's own output live
/// beneath.</summary>
/// <param name="writer">Where to.</param>
/// <param name="terminal">
/// True where a line can be written over: a display's updates then stay on one line; else they come at most every ten
/// seconds.
/// </param>
/// <param name="width">Columns of the terminal.</param>
internal sealed class RunView(TextWriter writer, bool terminal, int width = 100)
{
    private const int Longest = 8000; // characters of one display
    private static readonly TimeSpan Sparse = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, string> held = [];
    private readonly Dictionary<string, long> lastShown = [];
    private string? live;
    private bool open;

    public void Start(int number, int total, string title)
    {
        var digits = total.ToString(CultureInfo.InvariantCulture).Length;
        Line($"[{number.ToString(CultureInfo.InvariantCulture).PadLeft(digits)}/{total}] {title}");
    }

    public void End(TimeSpan elapsed)
    {
        foreach (var line in held.Values)
            Line(line);
        held.Clear();
        lastShown.Clear();
        Line(string.Create(CultureInfo.InvariantCulture, $"        {elapsed.TotalSeconds:0.00} s"));
    }

    public void Write(string text)
    {
        if (text.Length == 0)
            return;
        CloseLive();
        writer.Write(text);
        writer.Flush();
        open = text[^1] != '\n';
    }

    public void Line(string text) => Line(text, writer);

    public void Line(string text, TextWriter target)
    {
        if (open)
            writer.WriteLine();
        writer.Flush();
        target.WriteLine(text);
        target.Flush();
        (open, live) = (false, null);
    }

    public void Display(MimeBundle bundle, string displayId, bool update)
    {
        var text = Text(bundle);
        if (text is null)
            return;
        if (!update)
        {
            Line(text.TrimEnd('\n'));
            return;
        }
        var line = text.Split('\n').FirstOrDefault(part => part.Trim().Length > 0)?.Trim() ?? "";
        if (terminal)
            Replace(displayId, line);
        else
            Hold(displayId, line);
    }

    private void Replace(string displayId, string line)
    {
        line = line.Length >= width ? line[..Math.Max(1, width - 2)] + "…" : line;
        if (live == displayId)
            writer.Write("\r\u001b[2K");
        else if (open)
            writer.WriteLine();
        writer.Write(line);
        writer.Flush();
        (open, live) = (true, displayId);
    }

    private void Hold(string displayId, string line)
    {
        if (!lastShown.TryGetValue(displayId, out var last))
            lastShown[displayId] = last = Stopwatch.GetTimestamp();
        if (Stopwatch.GetElapsedTime(last) < Sparse)
        {
            held[displayId] = line;
            return;
        }
        held.Remove(displayId);
        lastShown[displayId] = Stopwatch.GetTimestamp();
        Line(line);
    }

    private void CloseLive()
    {
        if (live is not null && open)
            writer.WriteLine();
        live = null;
    }

    /// <summary>What a bundle says in plain text, cut where it is very long; null where it says nothing to a
    /// reader.</summary>
    private static string? Text(MimeBundle bundle)
    {
        if (bundle.Count == 0)
            return null;
        var mime = new[] { "text/plain", "text/markdown" }.FirstOrDefault(bundle.ContainsKey);
        if (mime is null)
        {
            var first = bundle.First();
            return IsPlotly(first.Value) ? null : $"[{first.Key}, {first.Value.ToString().Length} characters]";
        }
        var text = bundle[mime].ToString();
        if (IsPlotly(bundle[mime]))
            return null;
        return text.Length <= Longest ? text
            : $"{text[..Longest]}… ({text.Length - Longest} more characters are in the notebook)";
    }

    private static bool IsPlotly(JsonNode content) => content is JsonValue && PlotlyScript.IsMarked(content.ToString());
}
