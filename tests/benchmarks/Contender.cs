using System.Diagnostics;
using System.Text.Json;

namespace W2S.Benchmarks;

/// <summary>A process that does a turn of steps whenever it is told to: the library's trainer, or PyTorch.</summary>
/// <remarks>It prints a line of JSON once it has warmed up, then one for each line "go"; "stop" ends it. Between its
/// turns it waits.</remarks>
internal sealed class Contender : IDisposable
{
    private readonly Process process;
    private readonly Stopwatch clock = Stopwatch.StartNew();

    public Contender(string name, string program, IEnumerable<string> arguments, int threads)
    {
        Name = name;
        var start =
            new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["OMP_NUM_THREADS"] = $"{threads}";
        process = Process.Start(start)!;
    }

    /// <summary>What the table calls it.</summary>
    public string Name { get; }

    /// <summary>Its version, once it has said so.</summary>
    public string? Version { get; private set; }

    /// <summary>Of each turn: milliseconds a step, or what else it measures.</summary>
    public List<double> Turns { get; } = [];

    /// <summary>Its peak resident memory so far, MiB.</summary>
    public double PeakMemory { get; private set; }

    /// <summary>Waits until it has warmed up.</summary>
    public void Ready() => Version = Answer().TryGetProperty("version", out var version) ? version.GetString() : null;

    /// <summary>One turn.</summary>
    public void Turn()
    {
        process.StandardInput.WriteLine("go");
        process.StandardInput.Flush();
        Turns.Add(Answer().GetProperty("milliseconds").GetDouble());
    }

    /// <summary>For a process that runs to its end by itself: the seconds from its start to its end.</summary>
    public double Whole()
    {
        Ready();
        process.WaitForExit();
        return clock.Elapsed.TotalSeconds;
    }

    public void Dispose()
    {
        try
        {
            process.StandardInput.WriteLine("stop");
            process.StandardInput.Close();
            if (!process.WaitForExit(TimeSpan.FromSeconds(30))) process.Kill();
        }
        catch (Exception error) when (error is IOException or InvalidOperationException)
        {
            // It has ended already.
        }
        process.Dispose();
    }

    private JsonElement Answer()
    {
        var line = process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException($"{Name} ended without an answer; its own message stands above");
        var answer = JsonDocument.Parse(line).RootElement;
        PeakMemory = answer.GetProperty("peak").GetDouble();
        return answer;
    }
}
