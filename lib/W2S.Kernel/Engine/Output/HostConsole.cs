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

    /// <summary>Keeps the streams as they are now.</summary>
    internal static void Keep() => (Out, Error, In) = (Console.Out, Console.Error, Console.In);
}
