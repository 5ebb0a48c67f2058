using System.Globalization;
using Deedle;

namespace W2S.Charts;

/// <summary>A Deedle frame as rows of text, ready for a page or a terminal.</summary>
/// <param name="Columns">Headings; the first is that of the row keys.</param>
/// <param name="Rows">Cells, as many as headings.</param>
/// <param name="Numeric">Which columns hold numbers, and stand to the right.</param>
/// <param name="Left">How many rows of the frame are not shown.</param>
internal sealed record Table(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows,
    IReadOnlyList<bool> Numeric, int Left)
{
    private const int MostRows = 60;
    private const int ShortCell = 24; // characters that stay on one line: a number with its interval, not a sentence

    /// <summary>Reads any frame.</summary>
    public static Table Of(IFrame frame) => frame.Apply(new Reader());

    /// <summary>An HTML table in the page's own colours.</summary>
    public string ToHtml()
    {
        return "<div style=\"overflow-x:auto\"><table style=\"border-collapse:collapse;"
            + "font-variant-numeric:tabular-nums\"><thead><tr>"
            + string.Concat(Columns.Select((head, c) => $"<th style=\"text-align:{Side(c)};padding:2px 8px;"
                + $"vertical-align:bottom;border-bottom:1px solid #888\">{HtmlText.Encode(head)}</th>"))
            + "</tr></thead><tbody>"
            + string.Concat(Rows.Select(row => $"<tr>{string.Concat(row.Select(Data))}</tr>"))
            + "</tbody></table></div>" + (Left > 0 ? $"<p>{More}</p>" : "");

        string Data(string text, int c) => $"<td style=\"text-align:{Side(c)};padding:2px 8px"
            + $"{(text.Length <= ShortCell ? ";white-space:nowrap" : "")}\">{HtmlText.Encode(text)}</td>";

        string Side(int c) => Numeric[c] ? "right" : "left";
    }

    /// <summary>Aligned columns.</summary>
    public string ToText()
    {
        var widths = Columns.Select((_, c) => Rows.Prepend(Columns).Max(row => row[c].Length)).ToArray();
        var lines = Rows.Prepend(Columns).Select(row => string.Join("  ", row.Select(
            (cell, c) => Numeric[c] ? cell.PadLeft(widths[c]) : cell.PadRight(widths[c]))).TrimEnd());
        return string.Join('\n', lines) + (Left > 0 ? "\n" + More : "");
    }

    private string More => $"… and {Left} more rows";

    private static string Cell(object? value) => value switch
    {
        null => "–",
        double d when double.IsNaN(d) => "–",
        double d => Number(d),
        float f => Number(f),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static string Number(double value) =>
        (Math.Abs(value) is >= 1e-4 and < 1e6 or 0
            ? Math.Round(value, 4).ToString("0.####", CultureInfo.InvariantCulture)
            : value.ToString("G4", CultureInfo.InvariantCulture)).Replace('-', '−');

    private sealed class Reader : IFrameOperation<Table>
    {
        public Table Invoke<TRow, TColumn>(Frame<TRow, TColumn> frame)
        {
            var columns = frame.Columns.Observations.ToArray();
            var keys = frame.RowKeys.Take(MostRows).ToArray();
            var cells = columns.Select(column => keys.Select((key, i) =>
            {
                var value = column.Value.TryGetAt(i);
                return Cell(value.HasValue ? value.Value : null);
            }).ToArray()).ToArray();
            return new Table(
                ["", .. columns.Select(column => column.Key?.ToString() ?? "")],
                [.. keys.Select((key, i) => (IReadOnlyList<string>)[Cell(key), .. cells.Select(column => column[i])])],
                [false, .. frame.ColumnTypes.Select(
                    type => type.IsPrimitive && type != typeof(bool) || type == typeof(decimal))],
                frame.RowCount - keys.Length);
        }
    }
}
