using System.Diagnostics;
using System.Globalization;
using W2S.Kernel.Engine.Cells;

namespace W2S.Kernel.Engine.Packages;

/// <summary>Shows that packages are being restored, and for how long.</summary>
internal sealed class RestoreProgress : IDisposable
{
    private readonly string id = Guid.NewGuid().ToString("N");
    private readonly long started = Stopwatch.GetTimestamp();
    private readonly IReadOnlyList<PackageRequest> packages;
    private readonly string names;
    private readonly CellContext cell;
    private readonly Timer timer;
    private readonly Lock gate = new();
    private bool ended;

    public RestoreProgress(IReadOnlyList<PackageRequest> packages, CellContext cell)
    {
        this.cell = cell;
        this.packages = packages;
        names = string.Join(", ", packages);
        cell.Output.Display(Text($"Restoring {names} …"), id, update: false);
        timer = new Timer(_ => Tick(), null, 1000, 1000);
    }

    /// <summary>Says what came of it.</summary>
    public void Done(RestoredPackages restored)
    {
        var shown =
            packages.Select(
                request => restored.Packages.FirstOrDefault(
                    package => package.Id.Equals(request.Id, StringComparison.OrdinalIgnoreCase)))
            .OfType<RestoredPackage>().Select(package => $"{package.Id} {package.Version}");
        End($"Restored {string.Join(", ", shown)}"); // no time: the output of a notebook run again is the same
    }

    /// <inheritdoc/>
    public void Dispose() => End($"Could not restore {names}");

    private double Seconds() => Stopwatch.GetElapsedTime(started).TotalSeconds;

    private void Tick()
    {
        lock (gate)
        {
            if (!ended) cell.Output.Display(Text($"Restoring {names} … {Seconds():0} s"), id, update: true);
        }
    }

    private void End(string text)
    {
        lock (gate)
        {
            if (ended) return;
            ended = true;
            timer.Dispose();
            cell.Output.Display(Text(text), id, update: true);
        }
    }

    private static MimeBundle Text(string text) => new("text/plain", text);
}
