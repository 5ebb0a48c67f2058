namespace W2S.Data;

/// <summary>The three disjoint groups of classes of a few-shot study.</summary>
public enum ClassPart
{
    /// <summary>Classes with many labelled images, to learn the representation from.</summary>
    Base,

    /// <summary>Other classes, to choose by.</summary>
    Validation,

    /// <summary>Classes that neither training nor choice has seen, to judge by.</summary>
    Novel,
}

/// <summary>miniImageNet in the split of Ravi and Larochelle: 64 base, 16 validation and 20 novel classes of
/// ImageNet.</summary>
/// <remarks>
/// Vinyals et al., NeurIPS 2016; split: Ravi and Larochelle, ICLR 2017. Read in either of its two public forms: the
/// folders
/// <c>train</c>, <c>val</c> and <c>test</c> with one folder a class, or one folder <c>images</c> beside
/// <c>train.csv</c>,
/// <c>val.csv</c> and <c>test.csv</c> with the columns <c>filename</c> and <c>label</c>.
/// </remarks>
public static class MiniImageNet
{
    /// <summary>Where <see cref="DataFolder"/> has it.</summary>
    public const string Folder = "mini-imagenet";

    /// <summary>Reads one part, decoded once and resized to a square.</summary>
    /// <param name="folder">The folder that holds the parts, or the csv files and <c>images</c>.</param>
    /// <param name="part">Which classes.</param>
    /// <param name="size">Pixels of each side. The original has 84.</param>
    /// <param name="perClass">At most so many images of each class, the first by name; all where null.</param>
    /// <returns>The images, class by class, labels from 0 within the part, owned by the caller.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, or neither form in it.</exception>
    /// <exception cref="InvalidDataException">A class lies in two parts, a csv file cannot be understood, or an image
    /// is missing or broken.</exception>
    public static ImageSet Read(string folder, ClassPart part, int size, int? perClass = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        if (perClass is { } most) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most, nameof(perClass));
        var isTable = File.Exists(Table(part));
        if (!isTable && !Directory.Exists(Own(part)))
            throw new DirectoryNotFoundException(
                $"{Path.GetFullPath(folder)} has neither {Name(part)}.csv nor a folder {Name(part)}; give the folder "
                + "that holds miniImageNet");
        // A class in two parts would be learned from and judged by.
        var own = Classes(part).ToHashSet();
        foreach (var other in Enum.GetValues<ClassPart>().Where(one => one != part))
        {
            if (Classes(other).FirstOrDefault(own.Contains) is { } shared)
                throw new InvalidDataException(
                    $"class {shared} is in {Name(part)} and in {Name(other)}; few-shot classes must be disjoint, "
                    + "fetch the split again");
        }
        return ImageFolder.ReadFiles($"miniImageNet {part.ToString().ToLowerInvariant()}",
            isTable ? Listed(Table(part), perClass) : ImageFiles.List(Own(part)), size, antialias: true, perClass);

        string Own(ClassPart one) => Path.Combine(folder, Name(one));
        string Table(ClassPart one) => $"{Own(one)}.csv";
        IEnumerable<string> Classes(ClassPart one) => isTable
            ? File.Exists(Table(one)) ? Rows(Table(one)).Select(row => row.Label) : []
            : Directory.Exists(Own(one)) ? ImageFiles.Classes(Own(one)).Select(path => Path.GetFileName(path)!) : [];
    }

    private static string Name(ClassPart part) =>
        part switch { ClassPart.Base => "train", ClassPart.Validation => "val", _ => "test" };

    private static IReadOnlyList<(string Class, IReadOnlyList<string> Files)> Listed(string table, int? perClass)
    {
        var images = Path.Combine(Path.GetDirectoryName(table)!, "images");
        (string, IReadOnlyList<string> Files)[] classes = [.. Rows(table)
            .GroupBy(row => row.Label, row => Path.Combine(images, row.File))
            .OrderBy(own => own.Key, StringComparer.Ordinal)
            .Select(own => (own.Key,
                (IReadOnlyList<string>)[.. own.Order(StringComparer.Ordinal).Take(perClass ?? int.MaxValue)]))];
        // Said before any image is decoded.
        return classes.SelectMany(own => own.Files).FirstOrDefault(file => !File.Exists(file)) is not { } missing
            ? classes : throw new InvalidDataException(
                $"{table} names {Path.GetFileName(missing)}, which is not in {images}; fetch the archive again");
    }

    private static IReadOnlyList<(string File, string Label)> Rows(string table)
    {
        var lines = File.ReadLines(table).Where(line => line.Length > 0).ToArray();
        if (lines.Length < 2 || lines[0].Trim() != "filename,label")
            throw new InvalidDataException(
                $"{table} does not begin with 'filename,label' and rows below it; it is no split file of miniImageNet");
        return [.. lines.Skip(1).Select(
            (line, i) =>
                line.Trim().Split(',') is [{ Length: > 0 } file, { Length: > 0 } label]
                    && Path.GetFileName(file) == file
            ? (file, label)
            : throw new InvalidDataException($"{table}, line {i + 2}: '{line}' is not a file name and a label"))];
    }
}
