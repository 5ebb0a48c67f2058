using System.Security.Cryptography;

namespace W2S.DataScripts;

/// <summary>What a check of a set's files found.</summary>
/// <param name="Missing">Files and folders that are not there.</param>
/// <param name="Damaged">Files that are not what they should be, and why.</param>
/// <param name="Images">Images found in folders.</param>
/// <param name="ImagesDue">Images of the whole set.</param>
public sealed record Findings(
    IReadOnlyList<string> Missing, IReadOnlyList<(string Path, string Reason)> Damaged, int Images, int ImagesDue)
{
    /// <summary>Everything is there and right.</summary>
    public bool Complete => Usable && Images >= ImagesDue;

    /// <summary>Right, though some images of each folder may be missing.</summary>
    public bool Usable => Missing.Count == 0 && Damaged.Count == 0;

    /// <summary>How many images are there, for a message.</summary>
    public string Share => ImagesDue == 0 ? "" : $" ({Images:N0} of {ImagesDue:N0} images)";
}

/// <summary>Checks files against a manifest.</summary>
public static class Checker
{
    private static readonly string[] ImageExtensions = [".jpg", ".jpeg", ".png"];

    /// <summary>Checks a set below a folder.</summary>
    /// <param name="thorough">Compare checksums and look at the end of each JPEG; else sizes and counts only.</param>
    public static Findings Check(Manifest manifest, string root, bool thorough)
    {
        var missing = new List<string>();
        var damaged = new List<(string, string)>();
        foreach (var file in manifest.Files)
        {
            var chosen = file;
            while (!File.Exists(Below(root, chosen.Path)) && chosen.Or is not null)
            {
                chosen = chosen.Or;
            }
            var path = Below(root, chosen.Path);
            if (!File.Exists(path)) missing.Add(file.Path);
            else if (Wrong(path, chosen, thorough) is { } reason) damaged.Add((path, reason));
        }
        var images = 0;
        foreach (var folder in manifest.Folders)
        {
            var path = Below(root, folder.Path);
            var found = Directory.Exists(path)
                ? Directory.GetFiles(path).Where(
                    file => ImageExtensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
                        .ToArray()
                : [];
            if (found.Length == 0) missing.Add(folder.Path);
            images += found.Length;
            if (!thorough) continue;
            damaged.AddRange(
                found.Order(StringComparer.Ordinal).Where(CutShort).Select(file => (file, "is cut short")));
        }
        return new(missing, damaged, images, manifest.Folders.Sum(folder => folder.Images));
    }

    /// <summary>What is wrong with a file; null where nothing is.</summary>
    public static string? Wrong(string path, FileCheck check, bool thorough = true)
    {
        var size = new FileInfo(path).Length;
        if (size == 0) return "is empty";
        if (check.Size is { } due && size != due) return $"has {size:N0} bytes where {due:N0} are due";
        if (!thorough) return null;
        if (check.Md5 is { } md5 && Differs(MD5.HashData, path, md5) is { } other)
            return $"has MD5 {other} where {string.Join(" or ", md5)} is due";
        return check.Sha256 is { } sha && Differs(SHA256.HashData, path, sha) is { } found
            ? $"has SHA-256 {found} where {string.Join(" or ", sha)} is due"
            : null;
    }

    public static string Below(string root, string path) => Path.GetFullPath(Path.Combine([root, .. path.Split('/')]));

    private static string? Differs(Func<Stream, byte[]> hash, string path, IReadOnlyList<string> due)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
        var found = Convert.ToHexStringLower(hash(stream));
        return due.Any(start => found.StartsWith(start, StringComparison.OrdinalIgnoreCase)) ? null : found;
    }

    // A whole JPEG ends in the bytes FF D9.
    private static bool CutShort(string path)
    {
        using var stream = File.OpenRead(path);
        if (stream.Length < 4) return true;
        if (Path.GetExtension(path).Equals(".png", StringComparison.OrdinalIgnoreCase)) return false;
        stream.Position = stream.Length - 2;
        return stream.ReadByte() != 0xff || stream.ReadByte() != 0xd9;
    }
}
