using System.Text.Json;

namespace W2S.Runs;

/// <summary>Why a run failed; it stays failed until it is asked for again.</summary>
/// <param name="Message">One line.</param>
/// <param name="Details">The exception with its frames.</param>
/// <param name="Machine">The name of the machine.</param>
/// <param name="Log">The log of the process, as the variable <c>W2S_LOG</c> names it; null for none.</param>
/// <param name="Count">How often the run has failed.</param>
/// <param name="When">UTC.</param>
internal sealed record RunFailure(
    string Message, string Details, string Machine, string? Log, int Count, DateTime When)
{
    private const string FileName = "failures";

    /// <summary>What stands, a line each, in a run's folder for unfinished work: failures, and <c>null</c> for each
    /// time that the run was asked for again.</summary>
    /// <returns>Null where the run has not failed, or was asked for since.</returns>
    public static RunFailure? Last(string folder) =>
        Lines(folder) is [.., { Length: > 0 } last] ? JsonSerializer.Deserialize<RunFailure?>(last) : null;

    public static void Note(string folder, Exception error) => Add(folder, new RunFailure(
        error.Message.ReplaceLineEndings(" "), $"{error}", Environment.MachineName,
        Environment.GetEnvironmentVariable("W2S_LOG"), Lines(folder).Count(line => line != "null") + 1,
        DateTime.UtcNow));

    public static bool Forget(string folder)
    {
        if (Last(folder) is null) return false;
        Add(folder, null);
        return true;
    }

    private static void Add(string folder, RunFailure? failure) =>
        File.AppendAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(failure) + "\n");

    private static string[] Lines(string folder)
    {
        var path = Path.Combine(folder, FileName);
        return File.Exists(path) ? File.ReadAllText(path).Split('\n')[..^1] : []; // what has no end is not whole
    }
}
