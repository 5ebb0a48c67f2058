using System.Diagnostics;
using System.Security.Cryptography;

namespace W2S.Benchmarks;

/// <summary>Kills runs at random moments, lets them go on, and compares their last weights with those of an undisturbed
/// run.</summary>
/// <remarks>Every other kill waits for a checkpoint that is being written, the others fall anywhere in the
/// run.</remarks>
internal static class ResumeBench
{
    public static int Run(string[] words)
    {
        var arguments = new Arguments("resume", words, ["kills", "epochs", "seed", "json"], []);
        var (kills, epochs, seed) = (arguments.Number("kills", 50), arguments.Number("epochs", 4),
            arguments.Number("seed", 1, 0));
        var machine = Machine.Here(1);
        Console.WriteLine(machine);
        var place = Directory.CreateTempSubdirectory("w2s-resume-").FullName;
        var random = new Random(seed);
        try
        {
            var (expected, seconds) = Undisturbed(Path.Combine(place, "undisturbed"), epochs);
            List<Outcome> outcomes = [];
            var missed = 0;
            for (var kill = 0; kill < kills; kill++)
            {
                var folder = Path.Combine(place, $"{kill}");
                Outcome outcome;
                // faster than the undisturbed run: no kill
                while ((outcome = Killed(folder, epochs, seconds, random, whileWriting: kill % 2 == 1)).Ended)
                {
                    missed++;
                    Directory.Delete(folder, recursive: true);
                }
                using (var again = Start(folder, epochs))
                    End(again);
                outcome = outcome with { Equal = Weights(folder) == expected };
                outcomes.Add(outcome);
                Console.WriteLine(
                    $"{kill + 1,3}: killed after {outcome.Milliseconds,5:F0} ms of updates at {outcome.Found,-20} "
                    + (outcome.HalfWritten ? "half a checkpoint left; " : "")
                    + (outcome.Equal ? "equal bits" : "OTHER WEIGHTS"));
                Directory.Delete(folder, recursive: true);
            }
            var (equal, half) = (outcomes.Count(o => o.Equal), outcomes.Count(o => o.HalfWritten));
            Console.WriteLine(
                $"\n{equal} of {kills} killed runs ended with the bits of the undisturbed one; {half} were killed "
                + $"while a checkpoint was written; {missed} others ended before their kill and do not count");
            Results.Write(arguments.Text("json"), new { machine, kills, equal, half, missed, outcomes });
            return equal == kills ? 0 : 1;
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }

    private static (string Weights, double Seconds) Undisturbed(string folder, int epochs)
    {
        using var process = Start(folder, epochs);
        _ = process.StandardOutput.ReadLine();
        var started = Stopwatch.GetTimestamp();
        End(process);
        return (Weights(folder), Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    private static Outcome Killed(string folder, int epochs, double seconds, Random random, bool whileWriting)
    {
        using var process = Start(folder, epochs);
        _ = process.StandardOutput.ReadLine();
        var started = Stopwatch.GetTimestamp();
        var moment = random.NextDouble() * seconds;
        Thread.Sleep(TimeSpan.FromSeconds(moment));
        if (whileWriting)
        {
            while (!process.HasExited && !HalfWritten(folder))
                Thread.SpinWait(50);
            Thread.Sleep(TimeSpan.FromMilliseconds(random.Next(4)));
        }
        var ended = process.HasExited;
        process.Kill(); // SIGKILL
        process.WaitForExit();
        var newest = Directory.EnumerateDirectories(folder, "step-*").Select(Path.GetFileName)
            .Where(name => !name!.EndsWith(".tmp", StringComparison.Ordinal)).Order().LastOrDefault();
        return new Outcome(Stopwatch.GetElapsedTime(started).TotalMilliseconds, newest ?? "no checkpoint",
            HalfWritten(folder), ended, false);
    }

    private static bool HalfWritten(string folder) =>
        Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder, "*.tmp").Any();

    private static Process Start(string folder, int epochs) => Process.Start(new ProcessStartInfo(
        Environment.ProcessPath!,
        [typeof(ResumeBench).Assembly.Location, "killed", "--folder", folder, "--epochs", $"{epochs}"])
    { RedirectStandardOutput = true })!;

    private static void End(Process process)
    {
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException(
                $"the run ended with code {process.ExitCode}; its own message stands above");
    }

    private static string Weights(string folder) => string.Join(" ", new[] { "last.safetensors", "best.safetensors" }
        .Select(name => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, name))))));

    private sealed record Outcome(double Milliseconds, string Found, bool HalfWritten, bool Ended, bool Equal);
}
