using SkiaSharp;
using W2S.Torch;

namespace W2S.Data;

/// <summary>Image files and their pixels, by SkiaSharp, of which nothing else in the library knows.</summary>
internal static class ImageCodec
{
    /// <summary>Reads the pixels of an image file as they are stored.</summary>
    /// <param name="file">The file.</param>
    /// <param name="image">Red, green, blue and opacity of each pixel, row by row; rows; columns.</param>
    /// <returns>What is wrong with the file; null where nothing is.</returns>
    public static string? Read(string file, out (byte[] Pixels, int Height, int Width) image)
    {
        image = ([], 0, 0);
        using var codec = SKCodec.Create(file, out var opened);
        if (codec is null) return $"{file} is no image that can be read: {Why(file) ?? $"{opened}"}";
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        image = (new byte[info.BytesSize], info.Height, info.Width);
        return Decode(codec, info, image.Pixels) is var result and not SKCodecResult.Success
            ? $"{file} is damaged or cut short ({result})" : null;
    }

    /// <summary>Stores an image as JPEG and reads it again.</summary>
    /// <param name="planes">Red, green and blue, a plane each; replaced.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="quality">Of the JPEG, 1 … 100.</param>
    public static void ThroughJpeg(Span<byte> planes, int height, int width, int quality)
    {
        var pixels = height * width;
        var interleaved = new byte[4 * pixels];
        for (var i = 0; i < pixels; i++)
        {
            for (var channel = 0; channel < 3; channel++) interleaved[4 * i + channel] = planes[channel * pixels + i];
            interleaved[4 * i + 3] = 255;
        }
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var whole = SKImage.FromPixelCopy(info, interleaved);
        using var file = whole.Encode(SKEncodedImageFormat.Jpeg, quality);
        using var codec = SKCodec.Create(file);
        if (Decode(codec, info, interleaved) is var result and not SKCodecResult.Success)
            throw new InvalidOperationException(
                $"a JPEG of quality {quality} that SkiaSharp has just written is not read again ({result})");
        for (var i = 0; i < pixels; i++)
            for (var channel = 0; channel < 3; channel++) planes[channel * pixels + i] = interleaved[4 * i + channel];
    }

    private static unsafe SKCodecResult Decode(SKCodec codec, SKImageInfo info, byte[] pixels)
    {
        fixed (byte* pointer = pixels) return codec.GetPixels(info, (nint)pointer);
    }

    private static string? Why(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var start = new byte[FileKinds.Telling];
            return FileKinds.Describe(
                start.AsSpan(0, stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error.Message;
        }
    }
}
