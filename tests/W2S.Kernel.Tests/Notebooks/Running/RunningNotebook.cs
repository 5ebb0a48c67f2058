using System.Diagnostics;
using System.Text;

namespace W2S.Kernel.Tests.Notebooks.Running;

/// <summary>The built program, started as <c>./w2s run</c> starts it.</summary>
internal sealed class RunningNotebook : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5); // a machine that runs much else at once

    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly StringBuilder errors = new();
    private readonly Task reading;

    public RunningNotebook(string folder, params string[] arguments)
        : this(folder, ownGroup: false, arguments)
    {
    }

    /// <param name="folder">Where it runs.</param>
    /// <param name="ownGroup">True to start it as the first process of a group, as schedulers do.</param>
    /// <param name="arguments">What follows <c>run</c>.</param>
    public RunningNotebook(string folder, bool ownGroup, params string[] arguments)
        : this(folder, ownGroup, "run", arguments)
    {
    }

    private RunningNotebook(string folder, bool ownGroup, string verb, string[] arguments)
    {
        var start = new ProcessStartInfo(ownGroup ? "setsid" : "dotnet", ownGroup ? ["dotnet"] : [])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in new[] { Repository.Kernel, verb }.Concat(arguments))
            start.ArgumentList.Add(argument);
        start.Environment.Remove("W2S_QUICK");
        process = Process.Start(start)!;
        reading = Task.WhenAll(ReadAsync(process.StandardOutput, output), ReadAsync(process.StandardError, errors));
    }

    /// <summary>The verb <c>script</c>.</summary>
    public static RunningNotebook Script(string folder, params string[] arguments) =>
        new(folder, ownGroup: false, "script", arguments);

    public string Output => Text(output);

    public string Errors => Text(errors);

    /// <summary>Waits until a text was printed.</summary>
    public async Task SeenAsync(string text)
    {
        for (var wait = Stopwatch.StartNew(); !Output.Contains(text); await Task.Delay(20))
            Assert.True(wait.Elapsed < Patience && !process.HasExited, $"'{text}' did not come:\n{Output}\n{Errors}");
    }

    public async Task<int> EndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(patience.Token);
        await reading;
        return process.ExitCode;
    }

    public void Signal(string name) => Signal(name, $"{process.Id}");

    public void SignalGroup(string name) => Signal(name, $"-{process.Id}");

    public static void Signal(string name, string process) =>
        Process.Start("kill", [$"-{name}", "--", process]).WaitForExit();

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.Dispose();
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }

    private static async Task ReadAsync(StreamReader reader, StringBuilder text)
    {
        var buffer = new char[4096];
        int count;
        while ((count = await reader.ReadAsync(buffer)) > 0)
        {
            lock (text)
                text.Append(buffer, 0, count);
        }
    }
}
