using System.Diagnostics;

namespace W2S.Tests.Training;

/// <summary>A file system of its own that is soon full and can be made read-only; needs Linux and root.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    /// <returns>The disk; the test is skipped where none can be had.</returns>
    public static SmallDisk Mount(int kibibytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a small disk is made on Linux only");
        var path = Directory.CreateTempSubdirectory("w2s-disk-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", $"size={kibibytes}k", "tmpfs", path)) return new SmallDisk(path);
        Directory.Delete(path);
        Assert.Skip("a small disk needs the right to mount one");
        return null!;
    }

    /// <summary>Takes all the room that is left.</summary>
    public string Fill()
    {
        var file = System.IO.Path.Combine(Path, "filler");
        using var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, 0);
        Assert.ThrowsAny<IOException>(() =>
        {
            for (var i = 0; i < 1 << 20; i++)
                stream.Write(new byte[1024]);
        });
        return file;
    }

    public void MakeReadOnly() =>
        Assert.True(Run("mount", "-o", "remount,ro", Path), "the disk cannot be made read-only");

    public void Dispose()
    {
        if (Run("umount", Path) || Run("umount", "--lazy", Path)) Directory.Delete(Path);
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process =
                Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
