using System.Text.Json;

namespace W2S.Runs;

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
