namespace W2S.Data;

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
    /// <param name="cancel">Stops the reading.</param>
    /// <returns>The images, class by class, labels from 0 within the part, owned by the caller.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, or neither form in it.</exception>
    /// <exception cref="InvalidDataException">A class lies in two parts, a csv file cannot be understood, or an image
    /// is missing or broken.</exception>
    public static ImageSet Read(string folder, ClassPart part, int size, int? perClass = null,
        CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        if (perClass is { } most) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most, nameof(perClass));
        var name = $"miniImageNet {part.ToString().ToLowerInvariant()}";
        if (File.Exists(Path.Combine(folder, $"{Name(part)}.csv")))
            return ReadTable(folder, part, size, perClass, name, cancel);
        var own = Path.Combine(folder, Name(part));
        if (!Directory.Exists(own))
            throw new DirectoryNotFoundException(
                $"{Path.GetFullPath(folder)} has neither {Name(part)}.csv nor a folder {Name(part)}; give the folder "
                + "that holds miniImageNet");
        RequireApart(part, other => Directory.Exists(Path.Combine(folder, Name(other)))
            ? [.. ImageFiles.Classes(Path.Combine(folder, Name(other))).Select(path => Path.GetFileName(path)!)] : []);
        return ImageFolder.Read(own, size, name, antialias: true, perClass, cancel);
    }

    private static string Name(ClassPart part) =>
        part switch { ClassPart.Base => "train", ClassPart.Validation => "val", _ => "test" };

    private static ImageSet ReadTable(string folder, ClassPart part, int size, int? perClass, string name,
        CancellationToken cancel)
    {
        var tables =
            Enum.GetValues<ClassPart>().ToDictionary(one => one, one => Path.Combine(folder, $"{Name(one)}.csv"));
        RequireApart(part,
            other => File.Exists(tables[other]) ? [.. Rows(tables[other]).Select(row => row.Label).Distinct()] : []);
        var (files, labels, classes) = (new List<string>(), new List<long>(), new List<string>());
        foreach (var group in Rows(tables[part]).GroupBy(row => row.Label).OrderBy(group => group.Key,
            StringComparer.Ordinal))
        {
            var own = group.Select(row => Path.Combine(folder, "images", row.File)).Order(StringComparer.Ordinal).Take(
                perClass ?? int.MaxValue).ToArray();
            if (own.FirstOrDefault(file => !File.Exists(file)) is { } missing)
                throw new InvalidDataException(
                    $"{tables[part]} names {Path.GetFileName(missing)}, which is not in "
                    + $"{Path.Combine(folder, "images")}; fetch the archive again");
            files.AddRange(own);
            labels.AddRange(Enumerable.Repeat((long)classes.Count, own.Length));
            classes.Add(group.Key);
        }
        return ImageFolder.ReadFiles(name, files, labels, classes, size, antialias: true, cancel);
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

    // A class in two parts would be learned from and judged by.
    private static void RequireApart(ClassPart part, Func<ClassPart, IReadOnlyList<string>> classes)
    {
        var own = classes(part);
        foreach (var other in Enum.GetValues<ClassPart>().Where(one => one != part))
        {
            if (classes(other).Intersect(own).FirstOrDefault() is { } shared)
                throw new InvalidDataException(
                    $"class {shared} is in {Name(part)} and in {Name(other)}; few-shot classes must be disjoint, "
                    + "fetch the split again");
        }
    }
}
