using System.Diagnostics;
using System.Runtime.InteropServices;
using W2S.Kernel.Engine;
using W2S.Kernel.Engine.Cells;

namespace W2S.Kernel.Scripts;

/// <summary>The verb <c>script</c>: runs files one after the other in one session, as if they were one cell.</summary>
/// <remarks>
/// What follows <c>--</c> is for the files, which find it in <see cref="Environment.GetCommandLineArgs"/>; the exit
/// code is the <see cref="Environment.ExitCode"/> that they set, or 143 or 130 where a signal stopped them before.
/// SIGTERM and Ctrl-C cancel <c>Cell.Token</c> and then wait, as long as the system lets them; a second Ctrl-C ends the
/// process.
/// </remarks>
internal static class ScriptCommand
{
    private const int Failed = 1, BadInput = 2;
    private static readonly TimeSpan SameKey = TimeSpan.FromMilliseconds(500); // a terminal's Ctrl-C may come twice

    public static int Run(IReadOnlyList<string> arguments)
    {
        var files = arguments.TakeWhile(argument => argument != "--").Select(Path.GetFullPath).ToArray();
        if (files.Length == 0) return Refuse("script needs a file: script FILE… [-- ARGUMENT…]");
        if (files.FirstOrDefault(file => !File.Exists(file)) is { } missing)
            return Refuse($"there is no file '{missing}'; check the path");
        using var stop = new CancellationTokenSource();
        long? asked = null;
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var session =
            new CellSession(Environment.CurrentDirectory) { Patience = Timeout.InfiniteTimeSpan };
        var code = string.Join('\n', files.Select(file => $"#!import \"{file}\""));
        var result = session.RunAsync(code, new ConsoleHost(), interrupt: stop.Token).GetAwaiter().GetResult();
        if (result.Error is not { Interrupted: false } error) return Environment.ExitCode;
        ConsoleHost.Say(error.Traceback.Count > 0 ? error.Traceback : [error.Message]);
        return Failed;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = context.Signal != PosixSignal.SIGINT || asked is null
                || Stopwatch.GetElapsedTime(asked.Value) < SameKey;
            if (context.Signal == PosixSignal.SIGINT) asked ??= Stopwatch.GetTimestamp();
            if (!stop.IsCancellationRequested)
                Environment.ExitCode = context.Signal == PosixSignal.SIGINT ? 130 : 143;
            _ = stop.CancelAsync();
        }
    }

    private static int Refuse(string message)
    {
        ConsoleHost.Say([$"w2s: {message}"]);
        return BadInput;
    }
}
