using System.Diagnostics;
using TorchSharp;
using W2S.Runs;
using W2S.Torch;

namespace W2S.Sweeps;

/// <summary>The verb <c>work</c>: makes a plan's runs, in this process or in several like it.</summary>
/// <param name="plan">The plan, as it was named.</param>
/// <param name="runs">The plan's runs.</param>
/// <param name="store">Where they lie.</param>
/// <param name="logs">Where workers of their own processes leave what they say.</param>
/// <param name="token">Ends it; what is under way leaves a checkpoint.</param>
internal sealed class Workers(
    string plan, IReadOnlyList<Experiment> runs, RunStore store, string logs, CancellationToken token)
{
    /// <summary>One worker: this process, with one thread unless OMP_NUM_THREADS says otherwise, so that a run's bits
    /// do not depend on how many work beside it.</summary>
    /// <param name="attended">Another process keeps it: it stops when that closes its standard input or ends.</param>
    public void Here(bool attended)
    {
        if (Environment.GetEnvironmentVariable("OMP_NUM_THREADS") is null) Devices.UseThreads(1);
        try
        {
            Grid.Work(runs, store, new WorkLines(), attended ? Attended() : token);
        }
        catch (OperationCanceledException)
        {
            Say("stopped; what was under way goes on from its checkpoint");
        }
    }

    /// <summary>Keeps workers at it, a process each.</summary>
    /// <param name="count">How many.</param>
    /// <param name="watch">Shows how far they are until its argument returns false; null where they tell it
    /// themselves.</param>
    public async Task SideBySideAsync(int count, Action<Func<bool>>? watch)
    {
        Directory.CreateDirectory(logs);
        var started = new List<Process>();
        using var stop = token.Register(() =>
        {
            lock (started) started.ForEach(process => process.StandardInput.Close());
        });
        var all = Task.WhenAll(Enumerable.Range(0, count).Select(number => Task.Run(() => Keep(number))));
        watch?.Invoke(() => !all.IsCompleted);
        await all;

        async Task Keep(int number)
        {
            while (true)
            {
                var log = watch is null ? null
                    : Path.Combine(logs, $"{Environment.MachineName}-{Environment.ProcessId}-{number}.log");
                Process process;
                lock (started)
                {
                    if (token.IsCancellationRequested) return;
                    started.Add(process = Process.Start(Command(number, log))!);
                }
                void Take(object sender, DataReceivedEventArgs line)
                {
                    if (line.Data is null) return;
                    if (log is null) Console.WriteLine(line.Data);
                    else lock (started) File.AppendAllText(log, line.Data + "\n");
                }
                process.OutputDataReceived += Take;
                process.ErrorDataReceived += Take;
                process.BeginOutputReadLine();
                process.BeginErrorReadLine();
                await process.WaitForExitAsync(CancellationToken.None);
                if (process.ExitCode is >= 0 and <= SweepCommand.RunsLeft || token.IsCancellationRequested) return;
                Say($"worker {number} ended with code {process.ExitCode}; another takes its place");
            }
        }
    }

    /// <summary>How many workers there are unless somebody says: one a GPU, or else one a core.</summary>
    public static int Count => Cards.Length > 0 ? Cards.Length : Devices.UseThreads();

    private static string[] Cards { get; } = (Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES")
        ?? string.Join(',', Enumerable.Range(0, torch.cuda.is_available() ? torch.cuda.device_count() : 0)))
        .Split(',', StringSplitOptions.RemoveEmptyEntries);

    public static void Say(string text) =>
        Console.WriteLine($"{DateTime.Now:HH:mm:ss} {Environment.ProcessId,7}  {text}");

    // This process's own command line, for one worker.
    private ProcessStartInfo Command(int number, string? log)
    {
        var command = Environment.GetCommandLineArgs();
        var start = new ProcessStartInfo(Environment.ProcessPath!,
            [.. command.TakeWhile(word => word != "--"), "--", plan, "work", "--workers", "1", "--attended"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (Cards.Length > 0) start.Environment["CUDA_VISIBLE_DEVICES"] = Cards[number % Cards.Length];
        if (log is not null) start.Environment["W2S_LOG"] = log;
        return start;
    }

    private CancellationToken Attended()
    {
        var gone = CancellationTokenSource.CreateLinkedTokenSource(token);
        new Thread(() =>
        {
            Console.OpenStandardInput().ReadByte();
            gone.Cancel();
        })
        { IsBackground = true }.Start();
        return gone.Token;
    }

    private sealed class WorkLines : IProgress<GridProgress>
    {
        public void Report(GridProgress value)
        {
            if (value.Failure is { } failure)
                Say($"{value.Current} failed: {failure.Message}");
            else if (value.Latest is { } run)
                Say($"{run.Name}, {run.Setting}, seed {run.Seed} ({run.Hash}) finished, {value.Done} of {value.Total}");
            else if (value.Current is { } current && value.Training is null)
                Say($"{current} begins");
        }
    }
}
