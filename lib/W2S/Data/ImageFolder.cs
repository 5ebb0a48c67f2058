using System.Runtime.InteropServices;
using TorchSharp;
using W2S.Models.Weights;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Data;

/// <summary>Sets of image files in which each class has a folder, as EuroSAT and miniImageNet are published.</summary>
/// <remarks>
/// JPEG, PNG, BMP and WebP files (.jpg, .jpeg, .png, .bmp, .webp in any case) are read, at any depth below their
/// class's folder; links are followed, hidden files and folders passed over. Pixels are taken as they are stored: a
/// rotation that a camera noted beside them (EXIF orientation) is not applied, and transparency is dropped, as
/// torchvision's
/// <c>ImageFolder</c> does.
/// </remarks>
public static class ImageFolder
{
    /// <summary>Reads every image below a folder and resizes it to a square.</summary>
    /// <param name="folder">A folder with one sub-folder a class. Classes and files are sorted by their names' code
    /// units.</param>
    /// <param name="size">Pixels of each side. An image that is not square is squashed.</param>
    /// <param name="name">The set's name; the folder's where null.</param>
    /// <param name="antialias">
    /// False: each pixel mixes the 2×2 nearest pixels (pixel centres at ½, as PyTorch's <c>interpolate</c> does; from
    /// 64 to 32 that is their mean). True: it mixes all pixels that a triangle as wide as the reduction covers, which
    /// is better beyond a factor of two.
    /// </param>
    /// <param name="perClass">At most so many images of each class, the first by name; all where null.</param>
    /// <returns>The images, class by class, owned by the caller.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">
    /// It holds no classes, a class holds no image or one of a format that is not read, an image is broken, or a folder
    /// cannot be read; the message names it. No class is ever left out, since that would renumber the others.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The size is not positive.</exception>
    public static ImageSet Read(
        string folder, int size, string? name = null, bool antialias = false, int? perClass = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        if (perClass is { } most) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most, nameof(perClass));
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"there is no folder {Path.GetFullPath(folder)}");
        return ReadFiles(name ?? Path.GetFileName(Path.GetFullPath(folder).TrimEnd('/', '\\')),
            ImageFiles.List(folder), size, antialias, perClass);
    }

    /// <summary>Reads the files of classes that are known; as <see cref="Read"/>.</summary>
    internal static ImageSet ReadFiles(string name, IReadOnlyList<(string Class, IReadOnlyList<string> Files)> classes,
        int size, bool antialias, int? perClass)
    {
        string[][] files = [.. classes.Select(one => one.Files.Take(perClass ?? int.MaxValue).ToArray())];
        using var scope = NewDisposeScope();
        var images = empty(files.Sum(own => own.Length), 3, size, size, ScalarType.Byte, CPU);
        Decode([.. files.SelectMany(own => own)], images, size, antialias);
        return new ImageSet(name, images, [.. files.SelectMany((own, label) => own.Select(_ => (long)label))],
            [.. classes.Select(one => one.Class)]);
    }

    private static unsafe void Decode(string[] files, Tensor images, int size, bool antialias)
    {
        // Through a pointer, since all images together may have more bytes than a span can.
        using var head = images.narrow(0, 0, 1);
        fixed (byte* first = &MemoryMarshal.GetReference(head.bytes))
        {
            var start = (nint)first;
            var broken = new string?[files.Length];
            Parallel.For(0, files.Length, i =>
            {
                broken[i] = ImageCodec.Read(files[i], out var image);
                var planes = new Span<byte>((byte*)start + (long)i * 3 * size * size, 3 * size * size);
                if (broken[i] is null)
                    BilinearResize.Apply(image.Pixels, image.Height, image.Width, planes, size, size, antialias);
            });
            var all = broken.Where(message => message is not null).ToArray();
            if (all.Length == 0) return;
            throw new InvalidDataException(
                $"{all[0]}{(all.Length == 1 ? "" : $", and {all.Length - 1} more files are broken")}; fetch the set "
                + "again, or delete what is broken");
        }
    }
}
