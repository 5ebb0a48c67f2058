using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace W2S.Kernel.Notebooks.Checking;

/// <summary>What a comparison found.</summary>
/// <param name="Numbers">Numbers compared.</param>
/// <param name="Differences">A line for each that differs.</param>
internal sealed record Comparison(int Numbers, IReadOnlyList<string> Differences);

/// <summary>Compares the numbers that two runs of a notebook show, cell by cell.</summary>
/// <remarks>
/// Two numbers are the same where they differ by no more than the tolerance times the larger of them; printed ones also
/// where they differ by one in the last printed decimal; a chart's also where they differ by a thousandth of the
/// tolerance times the largest of their list. Cells tagged <c>timing</c> or <c>data-images</c> are left out, and so is
/// what
/// <see cref="PrintedNumbers"/> leaves out.
/// </remarks>
/// <param name="tolerance">Relative difference that is accepted.</param>
internal sealed partial class NotebookComparer(double tolerance)
{
    /// <summary>Cells with this tag show times, which no run repeats.</summary>
    public const string Timing = "timing";

    private const int Shown = 5; // differences of one output that are written out

    private readonly List<string> differences = [];
    private int numbers;

    /// <param name="saved">The notebook as it was saved.</param>
    /// <param name="now">The same notebook after another run.</param>
    public Comparison Compare(Notebook saved, Notebook now)
    {
        var pairs = saved.CodeCells.Zip(now.CodeCells).Select((pair, index) => (pair.First, pair.Second, index + 1));
        foreach (var (before, after, number) in pairs)
        {
            if (before.Tags.Any(tag => tag is Timing or CommittedForm.DataImages))
                continue;
            var place = $"cell {number} ({CellTitle.Of(saved, before)})";
            foreach (var stream in new[] { "stdout", "stderr" })
                Texts($"{place}, {stream}", Stream(before, stream), Stream(after, stream));
            var (shownBefore, shownAfter) = (Shows(before), Shows(after));
            if (shownBefore.Count != shownAfter.Count)
            {
                differences.Add($"{place}: saved {shownBefore.Count} displayed value(s), now {shownAfter.Count}");
                continue;
            }
            for (var index = 0; index < shownBefore.Count; index++)
                Values($"{place}, display {index + 1}", shownBefore[index], shownAfter[index]);
        }
        return new(numbers, differences);
    }

    private void Values(string place, JsonObject before, JsonObject after)
    {
        Texts(place, Plain(before), Plain(after));
        if (before[PlotlyScript.ChartMime] is not JsonObject chart)
            return;
        if (after[PlotlyScript.ChartMime] is not JsonObject other)
        {
            differences.Add($"{place}: saved a chart, now none");
            return;
        }
        var lists = ChartNumbers.In(chart).DistinctBy(list => list.Place);
        var others =
            ChartNumbers.In(other).DistinctBy(list => list.Place).ToDictionary(list => list.Place, list => list.Values);
        foreach (var (name, values) in lists)
        {
            if (!others.Remove(name, out var found) || found.Length != values.Length)
            {
                differences.Add($"{place}, chart's {name}: saved {values.Length} number(s), now {found?.Length ?? 0}");
                continue;
            }
            var floor = tolerance * 1e-3
                * values.Concat(found).Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max();
            Report(values.Select((value, index) => Differ(value, found[index], floor)
                ? $"{place}, chart's {name}{(values.Length > 1 ? $"[{index}]" : "")}: saved {Show(value)}, now "
                    + $"{Show(found[index])}"
                : null));
        }
        differences.AddRange(
            others.Keys.Select(name => $"{place}, chart's {name}: saved none, now {others[name].Length} number(s)"));
    }

    private void Texts(string place, string before, string after)
    {
        var (saved, now) = (PrintedNumbers.In(before).ToList(), PrintedNumbers.In(after).ToList());
        if (saved.Count != now.Count)
        {
            differences.Add($"{place}: saved {saved.Count} number(s), now {now.Count}");
            return;
        }
        Report(saved.Select((number, index) =>
            Differ(number.Value, now[index].Value, Math.Max(number.LastPlace, now[index].LastPlace) * 1.001)
                ? $"{place}, number {index + 1}: saved {number.Text}, now {now[index].Text}"
                : null));
    }

    private void Report(IEnumerable<string?> comparisons)
    {
        var all = comparisons.ToList();
        numbers += all.Count;
        var found = all.OfType<string>().ToList();
        differences.AddRange(found.Take(Shown));
        if (found.Count > Shown)
            differences.Add($"  … and {found.Count - Shown} more of this output's {all.Count} numbers");
    }

    private bool Differ(double before, double after, double floor) =>
        double.IsNaN(before) || double.IsNaN(after)
            ? double.IsNaN(before) != double.IsNaN(after)
            : before != after
                && !(Math.Abs(before - after) <= Math.Max(floor,
                    tolerance * Math.Max(Math.Abs(before), Math.Abs(after))));

    private static string Show(double value) => value.ToString("G7", CultureInfo.InvariantCulture);

    private static string Stream(NotebookCell cell, string name) => string.Concat(
        cell.Outputs.Where(output => NotebookText.One(NotebookText.Get(output, "name")) == name)
            .Select(output => NotebookText.Overwrite(NotebookText.Join(output!["text"]))));

    private static List<JsonObject> Shows(NotebookCell cell) =>
        [.. cell.Outputs.Select(output => NotebookText.Get(output, "data")).OfType<JsonObject>()];

    private static string Plain(JsonObject data) =>
        data["text/plain"] is { } plain ? NotebookText.Join(plain)
        : data["text/html"] is { } html ? WebUtility.HtmlDecode(Markup().Replace(NotebookText.Join(html), " "))
        : data["text/markdown"] is { } markdown ? NotebookText.Join(markdown)
        : "";

    [GeneratedRegex("(?s)<(script|style)\\b.*?</\\1>|<[^>]*>")]
    private static partial Regex Markup();
}
