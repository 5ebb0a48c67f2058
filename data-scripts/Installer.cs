namespace W2S.DataScripts;

/// <summary>Brings checked files into the data folder: everything is prepared beside its place and moved there when it
/// is right.</summary>
public sealed class Installer(Manifest manifest, string root)
{
    private FileStream? _lock;

    /// <summary>Where downloads and half-finished work of this set lie.</summary>
    public string Workplace => Path.Combine(root, ".fetching", manifest.Name);

    private string Staging => Path.Combine(Workplace, "staging");

    /// <summary>Moves a bad file out of the way.</summary>
    /// <returns>Its new path.</returns>
    public static string SetAside(string file)
    {
        var aside = $"{file}.bad";
        File.Move(file, aside, overwrite: true);
        return aside;
    }

    /// <summary>Takes hold of the workplace and clears what an interrupted run left half prepared.</summary>
    /// <exception cref="FetchException">Another run is at work on the set.</exception>
    public void Begin()
    {
        Directory.CreateDirectory(Workplace);
        try
        {
            _lock = new FileStream(
                Path.Combine(Workplace, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1,
                FileOptions.DeleteOnClose);
        }
        catch (IOException)
        {
            throw new FetchException($"another run is fetching it into {root}; wait for that one");
        }
        if (Directory.Exists(Staging)) Directory.Delete(Staging, recursive: true);
        Directory.CreateDirectory(Staging);
    }

    /// <summary>Clears up; downloads that are not finished stay.</summary>
    public void End()
    {
        if (Directory.Exists(Staging)) Directory.Delete(Staging, recursive: true);
        _lock?.Dispose();
        foreach (var folder in new[] { Workplace, Path.GetDirectoryName(Workplace)! })
        {
            if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
                Directory.Delete(folder);
        }
    }

    /// <summary>Prepares a downloaded or given file.</summary>
    public void Stage(Download download, string file)
    {
        if (download.Unpack is { } folder)
        {
            Unpacker.Unpack(file, Checker.Below(Staging, folder));
            return;
        }
        var place = Checker.Below(Staging, download.Place ?? download.File);
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        File.Copy(file, place, overwrite: true);
    }

    /// <summary>Prepares a file from its content.</summary>
    /// <param name="place">Below the data folder.</param>
    /// <param name="content">Its bytes, from where the stream stands.</param>
    public void Stage(string place, Stream content)
    {
        var path = Checker.Below(Staging, place);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var file = File.Create(path);
        content.CopyTo(file);
    }

    /// <summary>Prepares what a folder holds of the set, wherever in the set's layout the folder begins.</summary>
    /// <returns>Whether it holds anything of it.</returns>
    public bool StageFolder(string folder)
    {
        var files = manifest.Files.SelectMany(Alternatives).Select(file => file.Path).ToArray();
        for (var skipped = 0; skipped < 3; skipped++)
        {
            var found = false;
            foreach (var path in files)
            {
                var source = Source(path);
                if (source is null || !File.Exists(source)) continue;
                CopyFile(source, Checker.Below(Staging, path));
                found = true;
            }
            foreach (var path in manifest.Folders.Select(item => item.Path))
            {
                var source = Source(path);
                if (source is null || !Directory.Exists(source)) continue;
                foreach (var file in Directory.GetFiles(source))
                {
                    CopyFile(file, Path.Combine(Checker.Below(Staging, path), Path.GetFileName(file)));
                    found = true;
                }
            }
            if (found) return true;

            string? Source(string path)
            {
                var parts = path.Split('/');
                return parts.Length > skipped ? Path.Combine([folder, .. parts[skipped..]]) : null;
            }
        }
        return false;
    }

    /// <summary>Checks what was prepared and moves it to its place, beside what is right there already.</summary>
    /// <exception cref="FetchException">It is not right.</exception>
    public void Finish(string source, bool allowPart)
    {
        var findings = Checker.Check(manifest, Staging, thorough: true);
        if (findings.Damaged.Count > 0)
        {
            var (path, reason) = findings.Damaged[0];
            throw new FetchException(
                $"{source}: {Path.GetRelativePath(Staging, path)} {reason}{More(findings.Damaged.Count)}; nothing was "
                + "changed");
        }
        if (findings.Missing.Count > 0)
        {
            throw new FetchException(
                $"{source} lacks {findings.Missing[0]}{More(findings.Missing.Count)}; nothing was changed");
        }
        if (!allowPart && !findings.Complete)
            throw new FetchException($"{source} holds only a part of the set{findings.Share}; nothing was changed");
        Merge(Staging, root);
        foreach (var download in manifest.Downloads)
        {
            File.Delete(Path.Combine(Workplace, download.File));
        }
    }

    private static string More(int count) => count == 1 ? "" : $" and {count - 1} more";

    private static IEnumerable<FileCheck> Alternatives(FileCheck file)
    {
        for (var item = file; item is not null; item = item.Or)
        {
            yield return item;
        }
    }

    private static void CopyFile(string source, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(source, target, overwrite: true);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(target, File.GetUnixFileMode(target) | UnixFileMode.UserWrite);
    }

    // A whole folder at once where there is none yet, else file by file; a move within one disk is all or nothing.
    private static void Merge(string from, string to)
    {
        if (!Directory.Exists(to))
        {
            Directory.Move(from, to);
            return;
        }
        foreach (var folder in Directory.GetDirectories(from))
        {
            Merge(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
        foreach (var file in Directory.GetFiles(from))
        {
            File.Move(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        }
    }
}
