namespace W2S.Kernel.Tests.Notebooks;

/// <summary>Where the repository lies.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string Kernel => Path.Combine(Root, "lib", "W2S.Kernel", "bin", "W2S.Kernel.dll");

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "W2S.Notebooks.sln"))
            ? folder
            : Find(Path.GetDirectoryName(folder.TrimEnd(Path.DirectorySeparatorChar))!);
}
