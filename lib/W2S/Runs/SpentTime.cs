using System.Diagnostics;
using System.Globalization;

namespace W2S.Runs;

/// <summary>The time that a run has taken, with its parts before an interruption: written down every second, so that a
/// killed run's counts too.</summary>
internal sealed class SpentTime : IDisposable
{
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly string file;
    private readonly double before;
    private readonly Timer timer;

    /// <param name="folder">The run's working folder.</param>
    public SpentTime(string folder)
    {
        file = Path.Combine(folder, "seconds");
        before = File.Exists(file)
            && double.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var seconds) ? seconds : 0;
        timer = new Timer(_ => Save(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    /// <summary>All parts so far.</summary>
    public double Seconds => before + clock.Elapsed.TotalSeconds;

    /// <summary>Writes it down a last time.</summary>
    public void Dispose()
    {
        using var ended = new ManualResetEvent(false);
        if (timer.Dispose(ended)) ended.WaitOne();
        Save();
    }

    private void Save()
    {
        try
        {
            var next = $"{file}.{Guid.NewGuid():n}";
            File.WriteAllText(next, Seconds.ToString("R", CultureInfo.InvariantCulture));
            File.Move(next, file, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A second of a count is not worth a run; a disk that is full stops the run where it matters.
        }
    }
}
