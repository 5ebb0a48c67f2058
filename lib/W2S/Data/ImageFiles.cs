using System.Security.Cryptography;
using System.Text;

namespace W2S.Data;

/// <summary>The image files of a folder whose sub-folders are classes.</summary>
/// <remarks>
/// Hidden files and folders (a name with a dot in front, or the system's mark) and those that systems leave behind are
/// passed over. Links are followed.
/// </remarks>
internal static class ImageFiles
{
    private static readonly string[] Read = [".jpg", ".jpeg", ".png", ".bmp", ".webp"];

    private static readonly string[] NotRead =
    [
        ".tif", ".tiff", ".gif", ".ppm", ".pgm", ".pbm", ".pnm", ".jp2", ".heic", ".heif", ".avif", ".jxl", ".tga",
        ".psd", ".svg", ".ico",
    ];

    private static readonly string[] LeftBehind = ["__MACOSX", "@eaDir", "$RECYCLE.BIN", "System Volume Information",
        "lost+found"];

    // What a part of a set is called: such a folder is no class where its own folders hold the images.
    private static readonly string[] Parts = ["train", "training", "val", "valid", "validation", "test", "testing",
        "dev"];

    private static readonly EnumerationOptions Visible = new()
    {
        AttributesToSkip = FileAttributes.Hidden | FileAttributes.System,
        IgnoreInaccessible = false,
    };

    /// <summary>The class folders, sorted by the names' code units.</summary>
    /// <exception cref="InvalidDataException">The folder cannot be read, or a class is a link that leads
    /// nowhere.</exception>
    public static IReadOnlyList<string> Classes(string folder)
    {
        foreach (var file in Entries(folder, Directory.GetFiles).Where(IsBrokenLink))
            throw new InvalidDataException($"{file} is a link to something that is not there; mend it or delete it");
        return Entries(folder, Directory.GetDirectories);
    }

    /// <summary>The images of each class, at any depth below its folder: a folder's own first, each by name.</summary>
    /// <exception cref="InvalidDataException">
    /// A class has no image or one that is not read, there are no classes, or the classes lie deeper; the message names
    /// it.
    /// </exception>
    public static IReadOnlyList<(string Class, IReadOnlyList<string> Files)> List(string folder)
    {
        var full = Path.GetFullPath(folder);
        var classes = Classes(folder);
        if (classes.Count == 0)
        {
            var loose = Entries(folder, Directory.GetFiles).FirstOrDefault(file => Has(file, Read));
            throw new InvalidDataException(loose is null
                ? $"{full} holds no folders with images; give the folder that holds one folder a class"
                : $"{full} holds images such as {Path.GetFileName(loose)} without a class; move each into a folder "
                    + "named by its class");
        }
        var listed = classes.Select(path => (Name: Path.GetFileName(path), Files: Below(path))).ToArray();
        foreach (var (name, files) in listed)
            RequireRead(full, name, files);
        if (listed.FirstOrDefault(one => IsPart(folder, one, listed.Length)) is { Name: not null } part)
        {
            throw new InvalidDataException(
                $"{Path.Combine(full, part.Name)} is no class: its images lie in folders of their own, such as " +
                $"{Path.GetFileName(Path.GetDirectoryName(part.Files[0]))}; give the folder that holds one folder a "
                + "class");
        }
        return [.. listed.Select(one => (one.Name, (IReadOnlyList<string>)one.Files))];
    }

    /// <summary>16 hexadecimal digits over the names and lengths of all images: as cheap as listing them.</summary>
    /// <exception cref="InvalidDataException">As for <see cref="List"/>.</exception>
    public static string Fingerprint(string folder)
    {
        var lines = List(folder).SelectMany(one => one.Files).Select(
            file => $"{Path.GetRelativePath(folder, file).Replace('\\', '/')} {new FileInfo(file).Length}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))))[..16];
    }

    private static void RequireRead(string folder, string name, IReadOnlyList<string> files)
    {
        var where = $"class '{name}' in {folder}";
        if (files.FirstOrDefault(file => !Has(file, Read)) is { } other)
        {
            var count = files.Count(file => !Has(file, Read));
            throw new InvalidDataException(
                $"{where} holds {Path.GetFileName(other)}{(count > 1 ? $" and {count - 1} more" : "")} of a format " +
                $"that is not read; convert to one of {string.Join(", ", Read)}, or delete "
                + $"{(count > 1 ? "them" : "it")}");
        }
        if (files.Count == 0)
        {
            throw new InvalidDataException(
                $"{where} holds no image ({string.Join(", ", Read)}); put its images there or delete the folder, " +
                "in every part of the set: a class that were left out would renumber those after it");
        }
    }

    // One class alone, or one that is called train or test, with its images in several folders.
    private static bool IsPart(string folder, (string Name, IReadOnlyList<string> Files) one, int classes)
    {
        if (classes > 1 && !Parts.Contains(one.Name, StringComparer.OrdinalIgnoreCase))
            return false;
        var own = Path.Combine(folder, one.Name);
        return one.Files.Select(Path.GetDirectoryName).Distinct().Take(2).Count() > 1
            && one.Files.All(file => Path.GetDirectoryName(file) != own);
    }

    private static List<string> Below(string folder)
    {
        List<string> files = [];
        Visit(folder, []);
        return files;

        void Visit(string path, string[] above)
        {
            var real = new DirectoryInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName
                ?? Path.GetFullPath(path);
            if (above.Contains(real))
                throw new InvalidDataException($"{path} is a link to a folder that holds it; delete the link");
            files.AddRange(Entries(path, Directory.GetFiles).Where(file => Has(file, Read) || Has(file, NotRead)));
            foreach (var inner in Entries(path, Directory.GetDirectories))
                Visit(inner, [.. above, real]);
        }
    }

    private static string[] Entries(string folder, Func<string, string, EnumerationOptions, string[]> list)
    {
        try
        {
            return [.. list(folder, "*", Visible).Where(path => !LeftBehind.Contains(Path.GetFileName(path)))
                .Order(StringComparer.Ordinal)];
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw new InvalidDataException(
                $"{folder} cannot be read ({error.Message}); give yourself the right to read it", error);
        }
    }

    private static bool Has(string file, string[] extensions) =>
        extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase);

    private static bool IsBrokenLink(string file) =>
        new FileInfo(file) is { LinkTarget: not null } link && link.ResolveLinkTarget(true) is not { Exists: true };
}
