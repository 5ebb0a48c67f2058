using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace W2S.Runs;

/// <summary>SHA-256 sums of files, each computed once a process as long as the file is the same by length and
/// time.</summary>
internal static class KeptFiles
{
    private static readonly ConcurrentDictionary<string, (long Length, DateTime Written, string Sum)> Known = [];

    /// <summary>The sum of a file, 64 hexadecimal digits.</summary>
    public static string Sum(string path)
    {
        var file = new FileInfo(path);
        if (Known.TryGetValue(file.FullName, out var known) && known.Length == file.Length
            && known.Written == file.LastWriteTimeUtc) return known.Sum;
        var sum = SumNow(path);
        Known[file.FullName] = (file.Length, file.LastWriteTimeUtc, sum);
        return sum;
    }

    /// <summary>The sum of a file, computed anew.</summary>
    public static string SumNow(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>The sums of all files of a folder by their paths in it, with / between folders.</summary>
    public static IReadOnlyDictionary<string, string> SumsOf(string folder) => new SortedDictionary<string, string>(
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(
            file => Path.GetRelativePath(folder, file).Replace('\\', '/'), Sum), StringComparer.Ordinal);
}
