namespace W2S.Data;

/// <summary>Where downloaded data sets and weights lie.</summary>
/// <remarks>
/// The folder that the environment variable <c>W2S_DATA</c> names, else <c>data</c> in the repository: the nearest
/// folder that holds <c>W2S.Notebooks.sln</c>, looked for upwards from the current folder and then from this library's
/// own.
/// </remarks>
public static class DataFolder
{
    /// <summary>The environment variable that names another folder.</summary>
    public const string Variable = "W2S_DATA";

    /// <summary>The folder's full path, whether or not it exists.</summary>
    public static string Root => Locate(Environment.GetEnvironmentVariable(Variable), Starts);

    /// <summary>The repository's folder; null outside of one.</summary>
    public static string? Repository => RepositoryAbove(Starts);

    private static string[] Starts =>
        [Directory.GetCurrentDirectory(), AppContext.BaseDirectory,
            Path.GetDirectoryName(typeof(DataFolder).Assembly.Location)!];

    /// <summary>The rule behind <see cref="Root"/>.</summary>
    /// <param name="named">The folder that the reader names; none where null or blank.</param>
    /// <param name="starts">Folders from which the repository is looked for upwards, one after the other.</param>
    /// <returns>The named folder's full path, else <c>data</c> in the first repository found, else <c>data</c> in the
    /// current folder.</returns>
    internal static string Locate(string? named, params IReadOnlyList<string> starts) =>
        string.IsNullOrWhiteSpace(named)
            ? Path.Combine(RepositoryAbove(starts) ?? Directory.GetCurrentDirectory(), "data")
            : Path.GetFullPath(named);

    /// <summary>The path of a data set's folder, or of a file in it.</summary>
    /// <param name="name">Path below <see cref="Root"/> with <c>/</c> between its parts, for instance
    /// <c>cifar-100-binary</c>, <c>eurosat/EuroSAT_RGB</c> or <c>weights/cifar100_resnet20.pth</c>.</param>
    /// <returns>The full path, or null where nothing is there.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public static string? Find(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var path = Path.Combine([Root, .. name.Split('/')]);
        return Path.Exists(path) ? path : null;
    }

    /// <summary>As <see cref="Find"/>, where the data must be there.</summary>
    /// <param name="name">Path below <see cref="Root"/> with <c>/</c> between its parts.</param>
    /// <returns>The full path.</returns>
    /// <exception cref="DirectoryNotFoundException">Nothing is there; the message names the command that fetches
    /// it.</exception>
    public static string Require(string name) => Find(name) ?? throw new DirectoryNotFoundException(Missing(name));

    /// <summary>One sentence on what is missing and how to get it, for a page or a message.</summary>
    /// <param name="name">As for <see cref="Find"/>.</param>
    /// <returns>For instance: <c>there is no eurosat in /home/me/w2s/data; get it with ./w2s data
    /// eurosat</c>.</returns>
    public static string Missing(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var top = name.Split('/')[0];
        return $"there is no {name} in {Root}; get it with ./w2s data {(top == Cifar100.Folder ? "cifar-100" : top)}, "
            + $"or name the folder that holds it in {Variable}";
    }

    private static string? RepositoryAbove(IReadOnlyList<string> starts)
    {
        foreach (var start in starts)
        {
            for (var folder = start; !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
            {
                if (File.Exists(Path.Combine(folder, "W2S.Notebooks.sln"))) return folder;
            }
        }
        return null;
    }
}
