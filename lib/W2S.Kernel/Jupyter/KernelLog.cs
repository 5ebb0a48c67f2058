using System.Text;

namespace W2S.Kernel.Jupyter;

/// <summary>The kernel's own words, on the process's standard error: cells' output goes elsewhere.</summary>
internal sealed class KernelLog
{
    private const int LinesASecond = 50;

    private readonly Lock gate = new();
    private readonly Stream stream;
    private long second;
    private int lines;
    private int dropped;

    /// <summary>Writes to the process's standard error, whatever <see cref="Console.Error"/> is redirected
    /// to.</summary>
    public KernelLog() : this(Console.OpenStandardError())
    {
    }

    /// <summary>Writes to a stream.</summary>
    /// <param name="stream">The stream.</param>
    public KernelLog(Stream stream) => this.stream = stream;

    /// <summary>How many lines were asked for.</summary>
    public long Count { get; private set; }

    /// <summary>Writes a line. A flood is thinned to 50 lines a second, and the rest counted.</summary>
    /// <param name="line">The line, without its end.</param>
    public void Write(string line)
    {
        lock (gate)
        {
            Count++;
            var now = Environment.TickCount64 / 1000;
            if (now != second)
            {
                if (dropped > 0)
                    Put($"({dropped} more lines in that second)");
                (second, lines, dropped) = (now, 0, 0);
            }
            if (lines++ < LinesASecond)
                Put(line);
            else
                dropped++;
        }
    }

    private void Put(string line)
    {
        try
        {
            stream.Write(Encoding.UTF8.GetBytes($"W2S.Kernel: {line.ReplaceLineEndings(" ")}\n"));
            stream.Flush();
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // Nobody reads standard error any more; the log has no other place to go.
        }
    }
}
