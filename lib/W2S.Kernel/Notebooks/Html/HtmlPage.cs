using System.Net;
using System.Text;

namespace W2S.Kernel.Notebooks.Html;

/// <summary>An executed notebook as one page that stands alone: nothing in it comes from a network.</summary>
internal static class HtmlPage
{
    /// <param name="notebook">The executed notebook.</param>
    /// <param name="path">Its file: relative pictures start there, and its name stands in for a missing title.</param>
    /// <param name="plotly">The script plotly.js, or null where the notebook did not bring it.</param>
    public static string Render(Notebook notebook, string path, string? plotly)
    {
        var script = PlotlyScript.IsUsed(notebook) ? plotly : null;
        var markdown = new MarkdownHtml(Path.GetDirectoryName(path)!);
        var outputs = new HtmlOutputs(markdown, script is not null);
        var heading = Heading(notebook);
        var title = WebUtility.HtmlEncode(heading ?? Path.GetFileNameWithoutExtension(path));

        var page = new StringBuilder();
        page.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append($"<title>{title}</title>\n<style>\n{Resource("page.css")}</style>\n");
        if (script is not null)
            page.Append($"<script>{script}</script>\n");
        page.Append("</head>\n<body>\n<main>\n");
        if (heading is null)
            page.Append($"<h1>{title}</h1>\n");
        var language = CellLanguage.OfNotebook(notebook);
        foreach (var cell in notebook.Cells)
            page.Append(Cell(cell, language, markdown, outputs));
        page.Append(
            $"<footer>Made from {WebUtility.HtmlEncode(Path.GetFileName(path))} by <code>./w2s run "
            + $"--html</code>.</footer>\n</main>\n");
        if (script is not null)
            page.Append($"<script>\n{Resource("page.js")}</script>\n");
        return page.Append("</body>\n</html>\n").ToString();
    }

    private static string Cell(NotebookCell cell, string notebookLanguage, MarkdownHtml markdown, HtmlOutputs outputs)
    {
        if (cell.Type == "markdown")
            return $"<section class=\"text\">\n{markdown.Render(cell.Source, cell.Json["attachments"])}</section>\n";
        if (!cell.IsCode || string.IsNullOrWhiteSpace(cell.Source))
            return "";
        var language = CellLanguage.OfCell(cell, 0, notebookLanguage);
        var code = language == "csharp" ? CodeHighlighter.Html(cell.Source) : WebUtility.HtmlEncode(cell.Source);
        var note = cell.ExecutionCount is { } count ? $"<span class=\"note\">{count}</span>" : "";
        var shown = outputs.Render(cell.Outputs);
        var below = shown.Length > 0 ? $"<div class=\"outputs\">\n{shown}</div>\n" : "";
        return $"<section class=\"code\">\n<div class=\"source\">{note}<pre>{code}</pre></div>\n{below}</section>\n";
    }

    private static string? Heading(Notebook notebook) =>
        notebook.Cells.Where(cell => cell.Type == "markdown")
            .SelectMany(cell => cell.Source.Split('\n'))
            .FirstOrDefault(line => line.StartsWith("# ", StringComparison.Ordinal)) is { } line
            ? CellTitle.LastHeading(line)
            : null;

    private static string Resource(string name)
    {
        using var stream = typeof(HtmlPage).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
