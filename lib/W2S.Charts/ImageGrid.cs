using System.Text;
using SkiaSharp;
using W2S.Data;

namespace W2S.Charts;

/// <summary>Some images of a set with their labels, side by side.</summary>
/// <remarks>On a page the labels are text; the one picture (<see cref="Png"/>) holds the images alone where the machine
/// has no font.</remarks>
public sealed class ImageGrid
{
    private const int Gap = 8, LabelHeight = 18;
    private readonly IReadOnlyList<Tile> tiles;
    private readonly Lazy<byte[]> png;

    private ImageGrid(string name, IReadOnlyList<Tile> tiles, int columns, int tileSize)
    {
        (Name, this.tiles, Columns, TileSize) = (name, tiles, columns, tileSize);
        png = new Lazy<byte[]>(Draw);
    }

    /// <summary>The set's name.</summary>
    public string Name { get; }

    /// <summary>Images a row.</summary>
    public int Columns { get; }

    /// <summary>Width of an image on the page, in pixels.</summary>
    public int TileSize { get; }

    /// <summary>The labels in order.</summary>
    public IReadOnlyList<string> Labels => [.. tiles.Select(tile => tile.Label)];

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
        using var picked = set.Subset(indices);
        var bytes = picked.Images.data<byte>().ToArray();
        var size = picked.Height * picked.Width;
        var tiles = new Tile[indices.Count];
        for (var i = 0; i < tiles.Length; i++)
        {
            var pixels = bytes.AsSpan(i * 3 * size, 3 * size);
            tiles[i] = new Tile(Encode(pixels, picked.Width, picked.Height),
                labels?[i] ?? picked.ClassNames[(int)picked.Labels[i]]);
        }
        return new ImageGrid(set.Name, tiles, Math.Min(columns, tiles.Length), tileSize);
    }

    /// <summary>A page's piece: every image with its label below.</summary>
    /// <returns>HTML that needs no script and no network.</returns>
    public string ToHtml()
    {
        var html = new StringBuilder(
            $"<div style=\"display:grid;grid-template-columns:repeat({Columns},{TileSize}px);gap:{Gap}px;"
            + "font-size:12px;line-height:1.25\">");
        foreach (var tile in tiles)
        {
            var label = HtmlText.Encode(tile.Label).Replace("\n", "<br>", StringComparison.Ordinal);
            html.Append(
                $"<div><img alt=\"{HtmlText.Encode(tile.Label)}\" width=\"{TileSize}\" "
                + $"style=\"image-rendering:pixelated;display:block;width:{TileSize}px\" ")
                .Append($"src=\"data:image/png;base64,{Convert.ToBase64String(tile.Png)}\"><div "
                    + $"style=\"overflow-wrap:anywhere\">{label}</div></div>");
        }
        return html.Append("</div>").ToString();
    }

    /// <summary>The name and the labels.</summary>
    /// <returns>One line.</returns>
    public override string ToString() =>
        $"{tiles.Count} images of {Name}: "
        + string.Join(", ", tiles.Select(tile => tile.Label.ReplaceLineEndings(" ")));

    private byte[] Draw()
    {
        using var typeface = SKTypeface.FromFamilyName("DejaVu Sans") ?? SKTypeface.Default;
        using var font = new SKFont(typeface, 12);
        var lines = typeface.GlyphCount > 0 ? tiles.Max(tile => tile.Label.Count(c => c == '\n') + 1) : 0;
        using var first = SKBitmap.Decode(tiles[0].Png);
        var tileHeight = Math.Max(1, TileSize * first.Height / first.Width);
        var cell = (Width: TileSize + Gap, Height: tileHeight + Gap + lines * LabelHeight);
        var rows = (tiles.Count + Columns - 1) / Columns;
        using var surface = SKSurface.Create(
            new SKImageInfo(Columns * cell.Width - Gap, rows * cell.Height - Gap, SKColorType.Rgba8888,
                SKAlphaType.Premul));
        using var ink = new SKPaint { Color = SKColor.Parse(Palette.Ink), IsAntialias = true };
        for (var i = 0; i < tiles.Count; i++)
        {
            var (x, y) = (i % Columns * cell.Width, i / Columns * cell.Height);
            using var image = SKImage.FromEncodedData(tiles[i].Png);
            surface.Canvas.DrawImage(image, SKRect.Create(x, y, TileSize, tileHeight),
                new SKSamplingOptions(SKFilterMode.Nearest));
            if (lines == 0) continue;
            foreach (var (line, k) in tiles[i].Label.Split('\n').Select((line, k) => (line, k)))
            {
                surface.Canvas.DrawText(Fit(line, font), x, y + tileHeight + 14 + k * LabelHeight, SKTextAlign.Left,
                    font, ink);
            }
        }
        using var all = surface.Snapshot();
        using var data = all.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private string Fit(string text, SKFont font)
    {
        if (font.MeasureText(text) <= TileSize) return text;
        var length = text.Length;
        while (length > 1 && font.MeasureText(text[..length] + "…") > TileSize) length--;
        return text[..length] + "…";
    }

    private static byte[] Encode(ReadOnlySpan<byte> planes, int width, int height)
    {
        var size = width * height;
        var rgba = new byte[4 * size];
        for (var i = 0; i < size; i++)
        {
            rgba[4 * i] = planes[i];
            rgba[4 * i + 1] = planes[size + i];
            rgba[4 * i + 2] = planes[2 * size + i];
            rgba[4 * i + 3] = 255;
        }
        using var image =
            SKImage.FromPixelCopy(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque), rgba);
        using var data = image.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private sealed record Tile(byte[] Png, string Label);
}
