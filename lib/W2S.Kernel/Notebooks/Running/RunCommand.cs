using System.Runtime.InteropServices;
using W2S.Kernel.Engine;

namespace W2S.Kernel.Notebooks.Running;

/// <summary>The verb <c>run</c>: runs a notebook in a worker process and writes what came of it.</summary>
internal static class RunCommand
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int BadInput = 2;

    public static int Run(IReadOnlyList<string> arguments)
    {
        if (arguments.Any(argument => argument is "--help" or "-h"))
        {
            Console.WriteLine(RunOptions.Usage);
            return Done;
        }
        try
        {
            return RunAsync(RunPlan.Make(RunOptions.Parse(arguments))).GetAwaiter().GetResult();
        }
        catch (NotebookException error)
        {
            Console.Error.WriteLine($"w2s: {error.Message}");
            return BadInput;
        }
    }

    private static async Task<int> RunAsync(RunPlan plan)
    {
        var read = File.ReadAllBytes(plan.Path);
        var environment = new Dictionary<string, string>();
        if (plan.Options.Quick)
            environment["W2S_QUICK"] = "1";
        if (OperatingSystem.IsWindows())
            Console.OutputEncoding = System.Text.Encoding.UTF8;
        var terminal = !Console.IsOutputRedirected;
        var view = new RunView(Console.Out, terminal, terminal ? Math.Max(20, Console.WindowWidth) : 100);
        using var stop = new CancellationTokenSource();
        WorkerProcess? worker = null;
        using var signals = new StopSignals(
            () => _ = stop.CancelAsync(), () => worker?.Kill(), PosixSignal.SIGINT, PosixSignal.SIGTERM);
        try
        {
            worker = WorkerProcess.Start(plan.Folder, environment);
            var executed = plan.Notebook.Copy();
            var result = await new NotebookRunner(worker, view, plan.Options.Inputs).RunAsync(executed, stop.Token);
            return new RunEnding(plan, read, view.Line, line => view.Line(line, Console.Error))
                .Finish(executed, result, signals.ExitCode);
        }
        catch (NotebookException) when (worker is null && signals.Came)
        {
            // the signal ended the worker while it started
            Console.Error.WriteLine("w2s: stopped before the first cell");
            return signals.ExitCode;
        }
        finally
        {
            worker?.Dispose();
        }
    }
}
