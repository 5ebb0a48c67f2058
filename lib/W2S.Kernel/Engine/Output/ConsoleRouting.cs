namespace W2S.Kernel.Engine.Output;

/// <summary>Leads <see cref="Console"/> to the cell whose code uses it.</summary>
internal static class ConsoleRouting
{
    private static readonly Lock Once = new();
    private static bool routed;
    private static TextReader? reader;
    private static TextWriter? writer;
    private static TextWriter? errorWriter;

    /// <summary>Begins with it; again where a cell has set other streams.</summary>
    public static void Begin()
    {
        lock (Once)
        {
            if (!routed) HostConsole.Keep();
            routed = true;
            if (!ReferenceEquals(Console.Out, writer))
            {
                Console.SetOut(new CellWriter(OutputStream.Out, HostConsole.Out));
                writer = Console.Out;
            }
            if (!ReferenceEquals(Console.Error, errorWriter))
            {
                Console.SetError(new CellWriter(OutputStream.Error, HostConsole.Error));
                errorWriter = Console.Error;
            }
            BeginInput();
        }
    }

    /// <summary>The same for standard input: setting <see cref="Console.InputEncoding"/>, which the F# compiler does
    /// too, undoes it.</summary>
    public static void BeginInput()
    {
        lock (Once)
        {
            if (ReferenceEquals(Console.In, reader)) return;
            Console.SetIn(new CellReader(HostConsole.In));
            reader = Console.In;
        }
    }
}
