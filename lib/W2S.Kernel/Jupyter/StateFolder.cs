using System.Security.Cryptography;
using System.Text;

namespace W2S.Kernel.Jupyter;

/// <summary>Where the kernel keeps what outlives it: the history of each notebook folder and the note of the running
/// cell.</summary>
internal static class StateFolder
{
    /// <summary>The user's state folder for this kernel; created where missing.</summary>
    /// <remarks><c>$XDG_STATE_HOME</c> or <c>~/.local/state</c> on Linux, <c>~/Library/Application Support</c> on
    /// macOS, the local application data on Windows.</remarks>
    /// <returns>The folder.</returns>
    public static string Find()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var root = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } xdg && Path.IsPathRooted(xdg)
            ? xdg
            : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Application Support")
            : Path.Combine(home, ".local", "state");
        var folder = Path.Combine(root, "w2s-kernel");
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return folder;
    }

    /// <summary>A short file name that stands for a notebook folder.</summary>
    /// <param name="notebookFolder">The folder.</param>
    /// <returns>Sixteen letters and digits.</returns>
    public static string NameOf(string notebookFolder) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(notebookFolder))))[..16];
}
