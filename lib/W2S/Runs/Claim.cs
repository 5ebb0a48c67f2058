using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace W2S.Runs;

/// <summary>The right to make a run, which one process holds among all that share its folder.</summary>
/// <remarks>
/// The holder creates <c>claim.N</c> exclusively in the run's folder for unfinished work and appends to it, every few
/// seconds, the time that the run has taken so far. Whoever finds that claim over takes <c>claim.N+1</c>, by which a
/// holder that was only slow knows that it was overtaken. See <see cref="ClaimState"/> for when a claim is over.
/// </remarks>
internal sealed class Claim : IDisposable
{
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly CancellationTokenSource overtaken = new();
    private readonly Lock gate = new();
    private readonly string folder;
    private readonly double before;
    private readonly FileStream file;
    private readonly Timer timer;

    private Claim(string folder, int number, FileStream file, ClaimHolder holder, double before)
    {
        (this.folder, Number, this.file, this.before, Holder) = (folder, number, file, before, holder);
        Append(holder.ToJson());
        timer = new Timer(_ => Tend(), null, Beat, Beat);
    }

    /// <summary>How often the holder appends.</summary>
    public static TimeSpan Beat { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Which claim of the run this is, from 1.</summary>
    public int Number { get; }

    /// <summary>This process, and how it came to the run.</summary>
    public ClaimHolder Holder { get; }

    /// <summary>The time that all claims of the run took, those of killed processes included.</summary>
    public double Seconds => before + clock.Elapsed.TotalSeconds;

    /// <summary>Cancelled once another process has the run.</summary>
    public CancellationToken Overtaken => overtaken.Token;

    /// <summary>Takes a run.</summary>
    /// <param name="folder">Its folder for unfinished work; made where it is missing.</param>
    /// <param name="found">The work that lies there, in a word that is another whenever it has come further.</param>
    /// <returns>Null where another has it.</returns>
    public static Claim? TryTake(string folder, string found = "")
    {
        var last = ClaimState.Last(folder);
        if (last is { IsHeld: true }) return null;
        Directory.CreateDirectory(folder);
        var number = (last?.Number ?? 0) + 1;
        var path = ClaimState.PathOf(folder, number);
        try
        {
            var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite, 0);
            return new Claim(folder, number, file, ClaimHolder.Here(found, last), last?.Seconds ?? 0);
        }
        catch (IOException error) when (error is DirectoryNotFoundException || File.Exists(path))
        {
            return null; // another was faster, or has even finished
        }
    }

    /// <summary>Looks whether another process has the run.</summary>
    public bool IsOvertaken()
    {
        if (!File.Exists(ClaimState.PathOf(folder, Number)) || File.Exists(ClaimState.PathOf(folder, Number + 1)))
            overtaken.Cancel();
        return overtaken.IsCancellationRequested;
    }

    /// <summary>Gives the run back.</summary>
    public void Dispose()
    {
        using (var ended = new ManualResetEvent(false))
            if (timer.Dispose(ended)) ended.WaitOne();
        Append($"{Spent}\n{ClaimState.GivenBackWord}");
        file.Dispose();
        overtaken.Dispose();
    }

    private string Spent => Seconds.ToString("F1", CultureInfo.InvariantCulture);

    private void Tend()
    {
        Append(Spent);
        IsOvertaken();
    }

    private void Append(string lines)
    {
        try
        {
            lock (gate)
            {
                file.Write(Encoding.UTF8.GetBytes(lines + "\n"));
                file.Flush(flushToDisk: true); // so that another machine sees it, and the server's time of it
            }
        }
        catch (IOException)
        {
            // A line less is not worth a run; a disk that is full stops it where it matters.
        }
    }
}
