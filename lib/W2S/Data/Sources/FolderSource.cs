namespace W2S.Data.Sources;

/// <summary>A folder with a sub-folder of images for each class.</summary>
/// <remarks>What identifies it is what lies in it, by names and lengths of its images, wherever it lies: a folder that
/// was moved is the same, and one whose images changed is another.</remarks>
public sealed record FolderSource : DataSource
{
    /// <summary>Describes a folder as it is now.</summary>
    /// <param name="folder">Its path; where there is none such, its path below <see cref="DataFolder"/>.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It holds no folders with images, or what is no image; the message names
    /// it.</exception>
    public FolderSource(string folder)
        : this(folder, Path.GetFileName(folder?.TrimEnd('/', '\\') ?? "")) =>
        Fingerprint = ImageFiles.Fingerprint(Find());

    private FolderSource(string folder, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        (Folder, Name) = (folder, name);
    }

    /// <summary>EuroSAT as published, 64×64 pixels of which four make one, 300 images of each of ten kinds of
    /// land.</summary>
    public static FolderSource EuroSat { get; } =
        new("eurosat/EuroSAT_RGB", "EuroSAT") { PerClass = 300 };

    /// <summary>Where it lies, which identifies nothing.</summary>
    public string Folder { get; }

    /// <summary>What charts and tables call the set.</summary>
    /// <value>The folder's own name.</value>
    public string Name { get; init; }

    /// <summary>Pixels of each side; an image that is not square is squashed.</summary>
    /// <value>32.</value>
    public int Size { get; init; } = 32;

    /// <summary>At most so many images of each class, the first by name; all where null.</summary>
    /// <value>Null.</value>
    public int? PerClass { get; init; }

    /// <summary>Whether all pixels that a smaller one covers are mixed into it: see <see cref="ImageFolder.Read"/>.
    /// </summary>
    /// <value>False.</value>
    public bool Antialias { get; init; }

    /// <summary>16 hexadecimal digits over the names and lengths of its images.</summary>
    /// <value>Null for a published set, which its name identifies.</value>
    public string? Fingerprint { get; private init; }

    /// <inheritdoc/>
    public override string Title => Name;

    /// <summary>Whether both describe the same images; where they lie counts for nothing.</summary>
    /// <param name="other">Another description.</param>
    /// <returns>False for null.</returns>
    public bool Equals(FolderSource? other) => other is not null
        && (Name, Size, PerClass, Antialias, Fingerprint)
            == (other.Name, other.Size, other.PerClass, other.Antialias, other.Fingerprint);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Fingerprint, Size, PerClass);

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The folder is not what it was when it was described, or an image is
    /// broken; the message names it.</exception>
    public override ImageSet Read()
    {
        var path = Find();
        if (Fingerprint is not null && ImageFiles.Fingerprint(path) is var now && now != Fingerprint)
            throw new InvalidDataException(
                $"{path} is not what was described: its images have the fingerprint {now}, and {Fingerprint} is asked "
                + $"for; put them back, or describe the folder anew: new {nameof(FolderSource)}(…)");
        return ImageFolder.Read(path, Size, Name, Antialias, PerClass);
    }

    private string Find() => Directory.Exists(Folder) ? Path.GetFullPath(Folder)
        : DataFolder.Find(Folder) ?? throw new DirectoryNotFoundException(
            $"there is no folder {Path.GetFullPath(Folder)}, and no {Folder} in {DataFolder.Root}; check the path, or "
            + "fetch the set if it is one of those that ./w2s data lists");
}
