namespace W2S.Kernel.Jupyter;

/// <summary>Where Jupyter looks for kernels.</summary>
internal static class JupyterFolders
{
    /// <summary>The user's data folder.</summary>
    /// <remarks><c>$JUPYTER_DATA_DIR</c>; else Jupyter's own place on this platform.</remarks>
    /// <returns>The folder, which need not exist.</returns>
    public static string User()
    {
        if (Variable("JUPYTER_DATA_DIR") is { } named)
            return Path.GetFullPath(named);
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return OperatingSystem.IsWindows()
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "jupyter")
            : OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Jupyter")
            : Path.Combine(Variable("XDG_DATA_HOME") ?? Path.Combine(home, ".local", "share"), "jupyter");
    }

    /// <summary>The data folder of an installation prefix, such as a virtual environment.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <returns>The folder, which need not exist.</returns>
    public static string Prefix(string prefix) => Path.Combine(Path.GetFullPath(prefix), "share", "jupyter");

    /// <summary>Every data folder that Jupyter searches, first found first.</summary>
    /// <returns>The folders, which need not exist.</returns>
    public static IReadOnlyList<string> All()
    {
        var folders = new List<string>();
        folders.AddRange(
            (Variable("JUPYTER_PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));
        folders.Add(User());
        foreach (var prefix in new[] { Variable("VIRTUAL_ENV"), Variable("CONDA_PREFIX") })
        {
            if (prefix is not null)
                folders.Add(Prefix(prefix));
        }
        if (OperatingSystem.IsWindows())
            folders.Add(
                Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "jupyter"));
        else
            folders.AddRange(["/usr/local/share/jupyter", "/usr/share/jupyter"]);
        return [.. folders.Distinct()];
    }

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
