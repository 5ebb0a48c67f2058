namespace W2S.Tests;

/// <summary>Where the tests find files.</summary>
internal static class TestPaths
{
    /// <summary>The root of the repository: the nearest folder above the test's own that holds the solution.</summary>
    public static string Repository { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string folder)
    {
        for (DirectoryInfo? d = new(folder); d is not null; d = d.Parent)
            if (File.Exists(Path.Combine(d.FullName, "W2S.Notebooks.sln"))) return d.FullName;
        throw new DirectoryNotFoundException($"no W2S.Notebooks.sln above {folder}");
    }
}
