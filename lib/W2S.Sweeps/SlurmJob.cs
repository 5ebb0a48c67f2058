using System.Diagnostics;
using System.Runtime.InteropServices;
using W2S.Data;
using W2S.Runs;

namespace W2S.Sweeps;

/// <summary>The verb <c>submit</c>: an array of workers that are all alike, under Slurm, on a copy of the built code,
/// so that jobs neither build nor change under an edit.</summary>
/// <param name="plan">The plan, as it was named.</param>
/// <param name="name">The sweep's name.</param>
/// <param name="store">Where the runs lie.</param>
/// <param name="logs">Where tasks leave what they say.</param>
internal sealed class SlurmJob(string plan, string name, RunStore store, string logs)
{
    private readonly string code =
        Path.Combine(store.Folder, "sweeps", $"{name}.{DateTime.UtcNow:yyyyMMdd-HHmmss}");

    /// <summary>How <c>sbatch</c> is called.</summary>
    /// <param name="nodes">How many tasks run at a time.</param>
    /// <param name="time">A task's limit.</param>
    /// <param name="tasks">How many there are.</param>
    /// <param name="passed">Options of <c>sbatch</c>.</param>
    public ProcessStartInfo Command(int nodes, string time, int tasks, IEnumerable<string> passed)
    {
        var start = new ProcessStartInfo("sbatch",
        [
            "--parsable", $"--job-name={name}", $"--array=0-{tasks - 1}%{nodes}", "--nodes=1", "--ntasks=1",
            $"--time={time}", "--signal=B:TERM@60", "--open-mode=append", $"--output={logs}/%A_%a.log",
            .. passed, $"{code}/notebooks/sweep/job.sh", code, plan,
        ])
        {
            WorkingDirectory = DataFolder.Repository,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[RunStore.Variable] = store.Folder;
        start.Environment[DataFolder.Variable] = DataFolder.Root;
        return start;
    }

    /// <summary>Copies the code and starts the array.</summary>
    /// <returns>The job's number.</returns>
    public string Submit(ProcessStartInfo command)
    {
        Directory.CreateDirectory(logs);
        var built = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", ".."));
        foreach (var folder in new[] { "lib/W2S.Charts/bin", "lib/W2S.Kernel/bin", "notebooks/sweep" })
            CopyFolder(Path.Combine(built, folder), Path.Combine(code, folder));
        // What plans import lies beside the notebooks.
        foreach (var script in Directory.EnumerateFiles(Path.Combine(built, "notebooks"), "*.csx"))
            File.Copy(script, Path.Combine(code, "notebooks", Path.GetFileName(script)));
        CopyFolder(Path.GetDirectoryName(Path.GetFullPath(plan))!, Path.Combine(code, "notebooks/plans"), "*.csx");
        try
        {
            using var sbatch = Process.Start(command)!;
            var (id, errors) = (sbatch.StandardOutput.ReadToEnd().Trim(), sbatch.StandardError.ReadToEnd().Trim());
            sbatch.WaitForExit();
            return sbatch.ExitCode == 0 ? id : throw new BadInputException($"sbatch refused the job: {errors}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new BadInputException("there is no sbatch here; for other schedulers see notebooks/sweep/README.md");
        }
    }

    // Packages' large files are linked where the file system can: they never change. What the build writes is copied.
    private static void CopyFolder(string from, string to, string pattern = "*")
    {
        foreach (var file in Directory.EnumerateFiles(from, pattern, SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            if (new FileInfo(file).Length < 5_000_000 || HardLink(file, copy) != 0) File.Copy(file, copy);
        }
    }

    [DllImport("libc", EntryPoint = "link")]
    private static extern int HardLink(string from, string to);
}
