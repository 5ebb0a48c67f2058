using System.Runtime.InteropServices;

namespace W2S.Torch;

/// <summary>Files and folders that are whole or not there, also after a power cut: temporary name, flush, rename, flush
/// of the folder.</summary>
internal static class DurableFile
{
    /// <summary>Marks what is not finished; anything with this ending may be deleted.</summary>
    public const string Temporary = ".tmp";

    /// <summary>Whether an exception says that the system would not write: no room, no right, no such place.</summary>
    /// <remarks>.NET reports a file that may not grow (a limit of the file system or of the user) as an argument out of
    /// range.</remarks>
    public static bool IsRefusal(Exception error) =>
        error is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException { ActualValue: null };

    /// <summary>Writes a file.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var temporary = $"{path}.{Guid.NewGuid():n}{Temporary}";
        try
        {
            using (var stream =
                new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
            FlushFolder(folder);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Fills a folder that must not be there yet; each file in it must be flushed by whoever writes
    /// it.</summary>
    public static void WriteFolder(string path, Action<string> fill)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var temporary = $"{path}.{Guid.NewGuid():n}{Temporary}";
        try
        {
            Directory.CreateDirectory(temporary);
            fill(temporary);
            MoveFolder(temporary, path);
        }
        finally
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        }
    }

    /// <summary>Renames a folder, and has the new name on the disk when it returns.</summary>
    /// <exception cref="IOException">There is one of that name, or it cannot be written.</exception>
    public static void MoveFolder(string path, string to)
    {
        FlushFolder(path);
        Directory.Move(path, to);
        FlushFolder(Path.GetDirectoryName(Path.GetFullPath(to))!);
    }

    // A rename is on the disk only once its folder is. Windows does that by itself.
    private static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        try
        {
            var handle = open(folder, 0);
            if (handle < 0) return;
            _ = fsync(handle);
            _ = close(handle);
        }
        catch (Exception error) when (error is EntryPointNotFoundException or DllNotFoundException)
        {
            // No such C library: the rename is as durable as the system makes it.
        }
    }

    [DllImport("libc", ExactSpelling = true, SetLastError = true)]
    private static extern int open(string path, int flags);

    [DllImport("libc", ExactSpelling = true)]
    private static extern int fsync(int handle);

    [DllImport("libc", ExactSpelling = true)]
    private static extern int close(int handle);
}
