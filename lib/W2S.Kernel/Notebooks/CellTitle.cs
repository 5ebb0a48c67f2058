namespace W2S.Kernel.Notebooks;

/// <summary>What to call a code cell where its number alone says little.</summary>
internal static class CellTitle
{
    /// <summary>
    /// The last heading above the cell where no other code cell stands between, else the cell's first line where that
    /// is a comment, else the last heading further up, else the cell's first line.
    /// </summary>
    public static string Of(Notebook notebook, NotebookCell cell)
    {
        string? heading = null;
        var near = false;
        foreach (var other in notebook.Cells)
        {
            if (other == cell)
                break;
            if (other.Type == "markdown" && LastHeading(other.Source) is { } found)
                (heading, near) = (found, true);
            else if (other.IsCode)
                near = false;
        }
        var first = cell.Source.Split('\n').Select(line => line.Trim())
            .FirstOrDefault(line => line.Length > 0 && !line.StartsWith('#')) ?? cell.Source.Trim();
        var comment = first.StartsWith("//", StringComparison.Ordinal) ? first.TrimStart('/', ' ') : null;
        var title = (near ? heading : comment ?? heading) ?? first;
        return title.Length > 70 ? title[..69] + "…" : title;
    }

    /// <summary>The last heading of a Markdown text, without its marks, code blocks left out; null where there is
    /// none.</summary>
    public static string? LastHeading(string markdown)
    {
        string? heading = null;
        var code = false;
        foreach (var line in markdown.Split('\n').Select(line => line.Trim()))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
                code = !code;
            var level = line.TakeWhile(letter => letter == '#').Count();
            if (!code && level is > 0 and < 7 && line.Length > level && line[level] == ' ')
                heading = line[level..].Trim(' ', '#').Replace("`", "").Replace("**", "").Replace("$", "");
        }
        return heading;
    }
}
