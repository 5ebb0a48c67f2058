using System.Diagnostics;

namespace W2S.Tests.Training;

/// <summary>Runs of another process that are killed, or stopped by a limit on files, and go on.</summary>
[Collection(ProcessWide.Name)]
public sealed class KilledRunTests : IDisposable
{
    private static readonly string Program =
        Path.Combine(TestPaths.Repository, "tests", "benchmarks", "bin", "W2S.Benchmarks.dll");
    private readonly Data.TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void KilledAtRandomMomentsEndsWithTheSameBits()
    {
        var expected = Undisturbed();
        var random = new Random(5);
        var (place, kills, half) = (folder.At("killed"), 0, 0);
        while (kills < 4)
        {
            using var process = Start(place);
            Assert.NotNull(process.StandardOutput.ReadLine()); // its first update is made
            if (kills % 2 == 0)
            {
                Thread.Sleep(random.Next(60));
            }
            else
            {
                SpinWait.SpinUntil(() => process.HasExited || Unfinished(place));
            }
            Assert.False(process.HasExited, "the run ended before it could be killed; it has become too short");
            process.Kill(); // SIGKILL
            process.WaitForExit();
            if (Unfinished(place)) half++;
            kills++;
        }
        Finish(place);
        Assert.Equal(expected, Weights(place));
        Assert.True(half > 0, "no kill fell into the writing of a checkpoint");
        Assert.False(Unfinished(place));
    }

    [Fact]
    public void FiftyKilledRunsEndWithTheSameBits()
    {
        LongProofs.SkipUnlessWanted("fifty runs, each killed and run again");
        string[] arguments = [Program, "resume", "--kills", "50"];
        using var bench =
            Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true })!;
        var text = bench.StandardOutput.ReadToEnd();
        bench.WaitForExit();
        Assert.True(bench.ExitCode == 0, text);
        Assert.Contains("50 of 50 killed runs ended with the bits of the undisturbed one", text);
    }

    // Where no small disk can be mounted: the system itself refuses to write on within a file.
    [Fact]
    public void AFileThatCannotGrowIsAClearErrorAndLosesNothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "limits on files are set by bash on Linux");
        var expected = Undisturbed();
        var place = folder.At("limited");
        using (var process = Start(place))
        {
            Assert.NotNull(process.StandardOutput.ReadLine());
            SpinWait.SpinUntil(() => process.HasExited || Directory.Exists(Path.Combine(place, "step-000000004")));
            process.Kill();
            process.WaitForExit();
        }
        string[] before;
        var start =
            new ProcessStartInfo("bash",
                ["-c", "trap '' XFSZ; exec \"$@\"", "bash", Environment.ProcessPath!, Program, "killed",
                    "--folder", place])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0"; // it maps a file larger than the limit
        using (var limited = Process.Start(start)!)
        {
            // Only now: on a system with an older C++ runtime, loading libtorch writes a file in memory.
            Assert.NotNull(limited.StandardOutput.ReadLine());
            // It stands still meanwhile, and writes no checkpoint before the limit is there.
            Process.Start("kill", ["-STOP", $"{limited.Id}"]).WaitForExit();
            Process.Start("prlimit", ["--pid", $"{limited.Id}", "--fsize=409600"]).WaitForExit();
            before = Checkpoints(place);
            Process.Start("kill", ["-CONT", $"{limited.Id}"]).WaitForExit();
            var errors = limited.StandardError.ReadToEnd();
            limited.WaitForExit();
            Assert.NotEqual(0, limited.ExitCode);
            Assert.Contains("cannot be written", errors);
            Assert.Contains("earlier checkpoints are intact", errors);
        }
        Assert.Equal(before, Checkpoints(place));
        Finish(place);
        Assert.Equal(expected, Weights(place));
    }

    private string[] Undisturbed()
    {
        var place = folder.At("undisturbed");
        Finish(place);
        return Weights(place);
    }

    private static void Finish(string place)
    {
        using var process = Start(place);
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static Process Start(string place)
    {
        Assert.True(File.Exists(Program), $"{Program} is not there; build the solution");
        return Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!,
                [Program, "killed", "--folder", place])
            { RedirectStandardOutput = true })!;
    }

    private static bool Unfinished(string place) =>
        Directory.Exists(place) && Directory.EnumerateFileSystemEntries(place, "*.tmp").Any();

    private static string[] Checkpoints(string place) =>
        [.. Directory.EnumerateDirectories(place, "step-*").Select(path => Path.GetFileName(path)!).Where(
            name => !name.EndsWith(".tmp", StringComparison.Ordinal)).Order()];

    private static string[] Weights(string place) =>
        [.. new[] { "last.safetensors", "best.safetensors" }.Select(
            name => Convert.ToHexString(
                System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(Path.Combine(place, name)))))];
}
