using System.Text;

namespace W2S.Kernel.Notebooks;

/// <summary>Files that are there whole or not at all: written under a temporary name, flushed, renamed.</summary>
internal static class AtomicFile
{
    public static void Write(string path, Action<TextWriter> write)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Environment.ProcessId}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write))
            {
                using (var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true))
                    write(writer);
                stream.Flush(flushToDisk: true);
            }
            if (File.Exists(path) && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(path));
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Finds out, before any work is done, whether a file could be written; leaves nothing behind.</summary>
    /// <param name="option">What asked for the file, for the message.</param>
    /// <param name="path">The file.</param>
    /// <param name="make">True where the folder will be made when needed.</param>
    /// <exception cref="NotebookException">It could not.</exception>
    public static void Probe(string option, string path, bool make = false)
    {
        if (Directory.Exists(path))
            throw new NotebookException($"{option} '{path}' is a folder; give a file name in it");
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        while (make && !Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } parent)
            folder = parent;
        if (!Directory.Exists(folder))
            throw new NotebookException($"the folder of {option} '{path}' does not exist; make it first");
        try
        {
            var probe = Path.Combine(folder, $".w2s-{Environment.ProcessId}.tmp");
            using var stream = new FileStream(
                probe, FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new NotebookException($"{option} '{path}' cannot be written there: {OneLine(error.Message)}");
        }
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
