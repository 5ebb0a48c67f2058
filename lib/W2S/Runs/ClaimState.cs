using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace W2S.Runs;

/// <summary>The last claim of a run, as other processes see it.</summary>
/// <remarks>
/// A claim is over once its holder gave it back. Where the holder could not, it is over at once on the same machine if
/// file locks work there, since a dead process holds none; else when nothing was appended for <see cref="Patience"/>,
/// told by two times of the same file system, so that no machine's clock counts.
/// </remarks>
/// <param name="Number">Which it is, from 1.</param>
/// <param name="Holder">Who took it; null where that is not yet written, or cannot be read now.</param>
/// <param name="Seconds">The time that all claims of the run took.</param>
/// <param name="GivenBack">Whether the holder gave it back.</param>
/// <param name="IsHeld">Whether the holder is taken to be at work.</param>
internal sealed record ClaimState(int Number, ClaimHolder? Holder, double Seconds, bool GivenBack, bool IsHeld)
{
    /// <summary>The last line of a claim that was given back.</summary>
    public const string GivenBackWord = "given back";

    private const string Prefix = "claim.";
    private static readonly ConcurrentDictionary<string, bool> Locking = [];
    private static readonly ConcurrentDictionary<string, (DateTime Then, long At)> Clocks = [];

    /// <summary>How long a claim may be silent where locks say nothing of it.</summary>
    public static TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The path of a claim.</summary>
    public static string PathOf(string folder, int number) => Path.Combine(folder, $"{Prefix}{number}");

    /// <summary>The last claim.</summary>
    /// <param name="folder">The run's folder for unfinished work.</param>
    /// <returns>Null where there is none.</returns>
    public static ClaimState? Last(string folder)
    {
        if (!Directory.Exists(folder)) return null;
        var number = 0;
        try
        {
            number = Directory.EnumerateFiles(folder, $"{Prefix}*").Max(
                path => int.TryParse(Path.GetFileName(path)[Prefix.Length..], CultureInfo.InvariantCulture, out var n)
                    ? n : 0);
            return number == 0 ? null : Read(folder, number);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException
            or InvalidOperationException)
        {
            return null; // there is none, or the run has just been finished
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new ClaimState(number, null, 0, false, IsHeld: true); // another looks whether it is locked
        }
    }

    /// <summary>Whether a file that one process holds open can be told from one that none does.</summary>
    /// <param name="folder">A folder of the file system in question.</param>
    public static bool LocksWork(string folder) => Locking.GetOrAdd(Path.GetFullPath(folder), place =>
    {
        var path = Path.Combine(place, $"lock.{Guid.NewGuid():n}");
        try
        {
            using var held = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite, 0);
            return IsLocked(path);
        }
        finally
        {
            File.Delete(path);
        }
    });

    private static ClaimState Read(string folder, int number)
    {
        var path = PathOf(folder, number);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file);
        var holder = ClaimHolder.Of(reader.ReadLine());
        reader.DiscardBufferedData();
        file.Position = Math.Max(0, file.Length - 100);
        var last = reader.ReadToEnd().Split('\n')[..^1]; // what follows the last line's end is not whole
        var givenBack = last is [.., GivenBackWord];
        var spent = last.LastOrDefault(line => double.TryParse(line, CultureInfo.InvariantCulture, out _));
        var seconds = spent is null ? 0 : double.Parse(spent, CultureInfo.InvariantCulture);
        file.Dispose(); // a lock of one's own is not to be met below
        return new ClaimState(number, holder, seconds, givenBack, !givenBack && IsAlive(folder, path, holder));
    }

    private static bool IsAlive(string folder, string path, ClaimHolder? holder)
    {
        var share = Path.GetDirectoryName(folder)!;
        return holder?.System == ClaimHolder.ThisSystem && LocksWork(share) ? IsLocked(path)
            : Now(share) - File.GetLastWriteTimeUtc(path) < Patience;
    }

    private static bool IsLocked(string path)
    {
        try
        {
            using var all = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 0);
            return false;
        }
        catch (IOException error) when (error is not FileNotFoundException and not DirectoryNotFoundException)
        {
            return true;
        }
    }

    // The file system's own time: that of a file written just now, or a few seconds ago.
    private static DateTime Now(string folder)
    {
        if (Clocks.TryGetValue(folder, out var known) && Stopwatch.GetElapsedTime(known.At) is var since
            && since < Claim.Beat) return known.Then + since;
        var path = Path.Combine(folder, $"clock.{Guid.NewGuid():n}");
        try
        {
            using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite, 0))
            {
                file.WriteByte(0);
                file.Flush(flushToDisk: true);
            }
            var now = File.GetLastWriteTimeUtc(path);
            Clocks[folder] = (now, Stopwatch.GetTimestamp());
            return now;
        }
        finally
        {
            File.Delete(path);
        }
    }
}

/// <summary>Who took a claim, the claim's first line.</summary>
/// <param name="Machine">The machine's name.</param>
/// <param name="Process">The process's number there.</param>
/// <param name="System">Which start of which system that is: equal on one machine until it starts anew.</param>
/// <param name="Since">When, by that machine's clock.</param>
/// <param name="Found">The work that lay there.</param>
/// <param name="Lost">How many claims in a row before it ended with their processes and left no more work than they
/// found.</param>
internal sealed record ClaimHolder(
    string Machine, int Process, string System, DateTime Since, string Found, int Lost)
{
    private const string BootFile = "/proc/sys/kernel/random/boot_id";

    /// <summary>This start of this system.</summary>
    public static string ThisSystem { get; } =
        File.Exists(BootFile) ? File.ReadAllText(BootFile).Trim() : Environment.MachineName;

    /// <summary>This process, after the last claim.</summary>
    public static ClaimHolder Here(string found, ClaimState? last) => new(
        Environment.MachineName, Environment.ProcessId, ThisSystem, DateTime.UtcNow, found,
        last is null or { GivenBack: true } ? 0 : last.Holder is { } before && before.Found == found ? before.Lost + 1
            : 1);

    /// <summary>One line.</summary>
    public string ToJson() => JsonSerializer.Serialize(this);

    /// <summary>Reads the line; null where it is not whole.</summary>
    public static ClaimHolder? Of(string? line)
    {
        try
        {
            return line is null ? null : JsonSerializer.Deserialize<ClaimHolder>(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
