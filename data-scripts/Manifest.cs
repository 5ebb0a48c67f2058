using System.Text.Json;

namespace W2S.DataScripts;

/// <summary>What a data set is, where it comes from and how it is checked: one <c>manifest.json</c> a folder.</summary>
public sealed record Manifest
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { AllowTrailingCommas = true };

    /// <summary>What <c>./w2s data</c> calls it.</summary>
    public required string Name { get; init; }

    /// <summary>One line on its content.</summary>
    public required string Title { get; init; }

    /// <summary>Under what terms it may be used, and what to cite.</summary>
    public required string Terms { get; init; }

    /// <summary>The page that describes it.</summary>
    public required string Page { get; init; }

    /// <summary>What else is to be known about the checks, or how to come by the set.</summary>
    public string? Comment { get; init; }

    /// <summary>The files to download; none where the set may not be passed on.</summary>
    public IReadOnlyList<Download> Downloads { get; init; } = [];

    /// <summary>The NuGet package that carries the set; none where it is downloaded.</summary>
    public Package? Package { get; init; }

    /// <summary>The files that must be there in the end.</summary>
    public IReadOnlyList<FileCheck> Files { get; init; } = [];

    /// <summary>The folders of images that must be there in the end.</summary>
    public IReadOnlyList<FolderCheck> Folders { get; init; } = [];

    /// <summary>Reads every set's manifest below a folder.</summary>
    public static IReadOnlyList<Manifest> ReadAll(string folder) =>
    [
        .. Directory.GetFiles(folder, "manifest.json",
            new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
            .Order(StringComparer.Ordinal).Select(Read),
    ];

    private static Manifest Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Manifest>(File.ReadAllBytes(path), Json)
                ?? throw new JsonException("it is empty");
        }
        catch (JsonException error)
        {
            throw new FetchException($"{path} is no manifest: {error.Message}");
        }
    }
}

/// <summary>A file to download, with its checksums where they are known; a SHA-256 may be its first digits
/// only.</summary>
/// <param name="Unpack">Where below the data folder a .zip, .tar or .tar.gz is unpacked.</param>
/// <param name="Place">Where below the data folder it goes as it is.</param>
public sealed record Download(
    string Address, string File, long? Size = null, string? Md5 = null, string? Sha256 = null, double Megabytes = 0,
    string? Unpack = null, string? Place = null)
{
    /// <summary>How the downloaded file is checked.</summary>
    public FileCheck Check => new(File, Size, Md5 is null ? null : [Md5], Sha256 is null ? null : [Sha256]);
}

/// <summary>A NuGet package and the files that are taken out of it; they are checked as the set's files.</summary>
/// <param name="Id">As package sources know it.</param>
public sealed record Package(string Id, string Version, double Megabytes, IReadOnlyList<PackageFile> Files)
{
    /// <summary>The package's own file.</summary>
    public string File => $"{Id}.{Version}.nupkg".ToLowerInvariant();
}

/// <summary>A file of a package.</summary>
/// <param name="Path">In the package.</param>
/// <param name="Place">Below the data folder.</param>
public sealed record PackageFile(string Path, string Place);

/// <summary>A file and what is known of it: any one of the checksums of each kind will do.</summary>
/// <param name="Path">Below the data folder.</param>
/// <param name="Or">Another file that serves as well.</param>
public sealed record FileCheck(
    string Path, long? Size = null, IReadOnlyList<string>? Md5 = null, IReadOnlyList<string>? Sha256 = null,
    FileCheck? Or = null);

/// <summary>A folder of images and how many the whole set has there.</summary>
/// <param name="Path">Below the data folder.</param>
public sealed record FolderCheck(string Path, int Images);
