using SkiaSharp;
using W2S.Data;
using static TorchSharp.torch;

namespace W2S.Charts;

/// <summary>Some images of a set with their labels, side by side.</summary>
/// <remarks>On a page the labels are text; the one picture (<see cref="Png"/>) holds the images alone where the machine
/// has no font.</remarks>
public sealed class ImageGrid
{
    private const int Gap = 8, LabelHeight = 18;
    private readonly string name;
    private readonly IReadOnlyList<Tile> tiles;
    private readonly int columns, tileSize;
    private readonly Lazy<byte[]> png;

    private ImageGrid(string name, IReadOnlyList<Tile> tiles, int columns, int tileSize) =>
        (this.name, this.tiles, this.columns, this.tileSize, png) = (name, tiles, columns, tileSize, new(Draw));

    internal IReadOnlyList<string> Labels => [.. tiles.Select(tile => tile.Label)];

    /// <summary>All images in one picture, encoded as PNG.</summary>
    public ReadOnlyMemory<byte> Png => png.Value;

    /// <summary>Picks images of a set.</summary>
    /// <param name="set">The set; it may be disposed afterwards.</param>
    /// <param name="indices">Positions in the set, at least one.</param>
    /// <param name="labels">A label for each; the class names where null.</param>
    /// <param name="columns">Images a row.</param>
    /// <param name="tileSize">Width of an image on the page, in pixels.</param>
    /// <returns>The grid.</returns>
    /// <exception cref="ArgumentException">There is no image, or the labels do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A position is outside the set, or a size is not
    /// positive.</exception>
    public static ImageGrid Of(ImageSet set, IReadOnlyList<int> indices, IReadOnlyList<string>? labels = null,
        int columns = 8, int tileSize = 72)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(indices);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tileSize);
        if (indices.Count == 0)
            throw new ArgumentException("indices is empty; give at least one position", nameof(indices));
        if (labels is not null && labels.Count != indices.Count)
        {
            throw new ArgumentException($"{labels.Count} labels for {indices.Count} images; give one each",
                nameof(labels));
        }
        using var scope = NewDisposeScope();
        using var picked = set.Subset(indices);
        var (height, width) = (picked.Height, picked.Width);
        var pixels = cat([picked.Images, full_like(picked.Images.narrow(1, 0, 1), 255)], 1)
            .permute(0, 2, 3, 1).contiguous().data<byte>().ToArray();
        var size = 4 * height * width;
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        return new ImageGrid(set.Name, [.. indices.Select((_, i) =>
        {
            using var image = SKImage.FromPixelCopy(info, pixels.AsSpan(i * size, size));
            return new Tile(Encoded(image), labels?[i] ?? picked.ClassNames[(int)picked.Labels[i]]);
        })], Math.Min(columns, indices.Count), tileSize);
    }

    /// <summary>A page's piece: every image with its label below.</summary>
    /// <returns>HTML that needs no script and no network.</returns>
    internal string ToHtml() =>
        $"<div style=\"display:grid;grid-template-columns:repeat({columns},{tileSize}px);gap:{Gap}px;"
        + "font-size:12px;line-height:1.25\">" + string.Concat(tiles.Select(Html)) + "</div>";

    private string Html(Tile tile)
    {
        var label = HtmlText.Encode(tile.Label);
        return $"<div><img alt=\"{label}\" width=\"{tileSize}\" "
            + $"style=\"image-rendering:pixelated;display:block;width:{tileSize}px\" "
            + $"src=\"data:image/png;base64,{Convert.ToBase64String(tile.Png)}\">"
            + "<div style=\"overflow-wrap:anywhere\">"
            + $"{label.Replace("\n", "<br>", StringComparison.Ordinal)}</div></div>";
    }

    /// <summary>The name and the labels.</summary>
    /// <returns>One line.</returns>
    public override string ToString() =>
        $"{tiles.Count} images of {name}: "
        + string.Join(", ", tiles.Select(tile => tile.Label.ReplaceLineEndings(" ")));

    private byte[] Draw()
    {
        using var typeface = SKTypeface.FromFamilyName("DejaVu Sans") ?? SKTypeface.Default;
        using var font = new SKFont(typeface, 12);
        var lines = typeface.GlyphCount > 0 ? tiles.Max(tile => tile.Label.Count(c => c == '\n') + 1) : 0;
        using var first = SKBitmap.Decode(tiles[0].Png);
        var tileHeight = Math.Max(1, tileSize * first.Height / first.Width);
        var cell = (Width: tileSize + Gap, Height: tileHeight + Gap + lines * LabelHeight);
        var rows = (tiles.Count + columns - 1) / columns;
        using var surface = SKSurface.Create(
            new SKImageInfo(columns * cell.Width - Gap, rows * cell.Height - Gap, SKColorType.Rgba8888,
                SKAlphaType.Premul));
        using var ink = new SKPaint { Color = SKColor.Parse(Palette.Ink), IsAntialias = true };
        for (var i = 0; i < tiles.Count; i++)
        {
            var (x, y) = (i % columns * cell.Width, i / columns * cell.Height);
            using var image = SKImage.FromEncodedData(tiles[i].Png);
            surface.Canvas.DrawImage(image, SKRect.Create(x, y, tileSize, tileHeight),
                new SKSamplingOptions(SKFilterMode.Nearest));
            if (lines == 0) continue;
            foreach (var (k, line) in tiles[i].Label.Split('\n').Index())
                surface.Canvas.DrawText(Fit(line, font), x, y + tileHeight + 14 + k * LabelHeight, SKTextAlign.Left,
                    font, ink);
        }
        using var all = surface.Snapshot();
        return Encoded(all);
    }

    private string Fit(string text, SKFont font)
    {
        if (font.MeasureText(text) <= tileSize) return text;
        var length = text.Length;
        while (length > 1 && font.MeasureText(text[..length] + "…") > tileSize) length--;
        return text[..length] + "…";
    }

    private static byte[] Encoded(SKImage image)
    {
        using var data = image.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private sealed record Tile(byte[] Png, string Label);
}
