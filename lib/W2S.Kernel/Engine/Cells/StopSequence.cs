using System.Runtime.ExceptionServices;

namespace W2S.Kernel.Engine.Cells;

/// <summary>Stops a cell, by kind means first.</summary>
/// <remarks>
/// The token and the checks in its loops; then its thread is woken from a sleep or a wait; after that it is left
/// behind. Code that a check or the token has thrown out of what it did is on its way to its end, which takes long
/// where the machine is busy. A cell that disposes what it holds is not woken: that would end the disposing.
/// <c>ControlledExecution</c>, which aborts a thread wherever it is, is not used: on .NET 10.0.12 it ended the process
/// ("terminate called after throwing an instance of 'PAL_SEHException'") when it hit a LINQ query, and with it the
/// session.
/// </remarks>
internal static class StopSequence
{
    /// <summary>How long the token and the checks have to show effect.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromMilliseconds(400);

    private static readonly TimeSpan AfterWaking = TimeSpan.FromMilliseconds(350), OnItsWay = TimeSpan.FromSeconds(3);

    /// <summary>Stops a cell.</summary>
    /// <param name="work">The cell's work.</param>
    /// <param name="cell">Its context.</param>
    /// <param name="thread">The thread that it started on.</param>
    /// <param name="patience">How long a cell that took its token has to end by itself.</param>
    /// <returns>True where it ended, false where it was left behind.</returns>
    public static async Task<bool> RunAsync(Task work, CellContext cell, CellThread thread, TimeSpan patience)
    {
        void See(object? sender, FirstChanceExceptionEventArgs thrown) => cell.Saw(thrown.Exception);
        AppDomain.CurrentDomain.FirstChanceException += See;
        try
        {
            cell.Stop();
            _ = work.ContinueWith(_ => Interruption.End(), TaskScheduler.Default);
            if (await EndsWithin(work, cell.TokenTaken ? patience : Usual)) return true;
            if (cell.Ending && await EndsWithin(work, OnItsWay)) return true;
            thread.Wake();
            if (await EndsWithin(work, AfterWaking)) return true;
            return cell.Unwinding && await EndsWithin(work, OnItsWay);
        }
        finally
        {
            AppDomain.CurrentDomain.FirstChanceException -= See;
        }
    }

    private static async Task<bool> EndsWithin(Task work, TimeSpan patience) =>
        await Task.WhenAny(work, Task.Delay(patience)) == work;
}
