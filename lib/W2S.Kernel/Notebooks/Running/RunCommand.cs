using System.Runtime.InteropServices;

namespace W2S.Kernel.Notebooks.Running;

/// <summary>The verb <c>run</c>: runs a notebook in a worker process and writes what came of it.</summary>
internal static class RunCommand
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int BadInput = 2;
    public const int Stopped = 130;

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
        using var worker = WorkerProcess.Start(plan.Folder, environment);

        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = true;
            if (stop.IsCancellationRequested)
            {
                worker.Kill();
                Environment.Exit(Stopped);
            }
            stop.Cancel();
        }
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);

        var executed = plan.Notebook.Copy();
        var result = await new NotebookRunner(worker, view).RunAsync(executed, stop.Token);
        return new RunEnding(plan, read, view.Line, line => view.Line(line, Console.Error)).Finish(executed, result);
    }
}
