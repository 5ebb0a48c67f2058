using System.Text;

namespace W2S.Kernel.Engine.Output;

/// <summary>The process's own standard streams, which <see cref="Console"/> no longer leads to while a cell
/// runs.</summary>
/// <remarks>A front end writes here; what goes through <see cref="Console"/> during a cell counts as the
/// cell's.</remarks>
public static class HostConsole
{
    /// <summary>Standard output, flushed at each write.</summary>
    public static TextWriter Out { get; private set; } = Console.Out;

    /// <summary>Standard error, flushed at each write.</summary>
    public static TextWriter Error { get; private set; } = Console.Error;

    /// <summary>Standard input.</summary>
    public static TextReader In { get; private set; } = Console.In;

    private static readonly Lock Once = new();
    private static bool routed;
    private static TextReader? reader;
    private static TextWriter? writer;
    private static TextWriter? errorWriter;

    /// <summary>Sends what cells write to the cell that wrote it; again where a cell has set other streams.</summary>
    internal static void Route()
    {
        lock (Once)
        {
            if (!routed) (Out, Error, In) = (Console.Out, Console.Error, Console.In);
            routed = true;
            if (!ReferenceEquals(Console.Out, writer))
            {
                Console.SetOut(new CellWriter(OutputStream.Out, Out));
                writer = Console.Out;
            }
            if (!ReferenceEquals(Console.Error, errorWriter))
            {
                Console.SetError(new CellWriter(OutputStream.Error, Error));
                errorWriter = Console.Error;
            }
            RouteInput();
        }
    }

    /// <summary>Leads standard input to the cells again: setting <see cref="Console.InputEncoding"/>, which the F#
    /// compiler does too, undoes it.</summary>
    internal static void RouteInput()
    {
        lock (Once)
        {
            if (ReferenceEquals(Console.In, reader)) return;
            Console.SetIn(new CellReader(In));
            reader = Console.In;
        }
    }
}
