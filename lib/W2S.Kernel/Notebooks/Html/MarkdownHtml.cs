using System.Net;
using System.Text.Json.Nodes;
using Markdig;
using Markdig.Extensions.Mathematics;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace W2S.Kernel.Notebooks.Html;

/// <summary>Markdown cells as HTML that stands alone: formulas become MathML, pictures are embedded.</summary>
/// <param name="folder">The notebook's folder: where relative pictures lie.</param>
internal sealed class MarkdownHtml(string folder)
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables().UseEmphasisExtras().UseAutoLinks().UseTaskLists().UseFootnotes()
        .UseAutoIdentifiers(Markdig.Extensions.AutoIdentifiers.AutoIdentifierOptions.GitHub).UseMathematics()
        .Build();

    /// <param name="markdown">The text.</param>
    /// <param name="attachments">The cell's attachments, by name and then MIME type.</param>
    public string Render(string markdown, JsonNode? attachments = null)
    {
        var document = Markdown.Parse(markdown, Pipeline);
        foreach (var link in document.Descendants<LinkInline>().Where(link => link.IsImage))
            link.Url = Embed(link.Url, attachments);

        var writer = new StringWriter();
        var renderer = new HtmlRenderer(writer);
        Pipeline.Setup(renderer);
        renderer.ObjectRenderers.Replace<HtmlMathInlineRenderer>(new InlineFormula());
        renderer.ObjectRenderers.Replace<HtmlMathBlockRenderer>(new BlockFormula());
        renderer.Render(document);
        return writer.ToString();
    }

    private string? Embed(string? address, JsonNode? attachments)
    {
        if (address is null)
            return null;
        if (address.StartsWith("attachment:", StringComparison.Ordinal))
        {
            var attached =
                NotebookText.Get(attachments, Uri.UnescapeDataString(address["attachment:".Length..])) as JsonObject;
            return attached?.FirstOrDefault() is { Key: { } mime, Value: { } content }
                ? $"data:{mime};base64,{NotebookText.Join(content)}"
                : address;
        }
        var file = Path.Combine(folder, Uri.UnescapeDataString(address));
        return !address.Contains(':') && File.Exists(file) && Mime(file) is { } type
            ? $"data:{type};base64,{Convert.ToBase64String(File.ReadAllBytes(file))}"
            : address;
    }

    private static string? Mime(string file) => Path.GetExtension(file).ToLowerInvariant() switch
    {
        ".png" => "image/png",
        ".jpg" or ".jpeg" => "image/jpeg",
        ".gif" => "image/gif",
        ".webp" => "image/webp",
        ".svg" => "image/svg+xml",
        _ => null,
    };

    private sealed class InlineFormula : HtmlObjectRenderer<MathInline>
    {
        protected override void Write(HtmlRenderer renderer, MathInline formula) =>
            renderer.Write(MathMl.Html(formula.Content.ToString(), formula.DelimiterCount == 2));
    }

    private sealed class BlockFormula : HtmlObjectRenderer<MathBlock>
    {
        protected override void Write(HtmlRenderer renderer, MathBlock formula) =>
            renderer.Write(MathMl.Html(formula.Lines.ToString(), display: true));
    }
}
