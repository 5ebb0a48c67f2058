namespace W2S.Kernel.Engine.Cells;

/// <summary>The check that the engine adds to every loop of a cell.</summary>
/// <remarks>
/// A loop that checks a token costs as much as its body. Here it reads one number, which is 0 as long as no cell was
/// stopped; only then does the check find out whose cell it belongs to.
/// </remarks>
internal static class Interruption
{
    private static int pending;

    /// <summary>How many stopped cells have code that may still be running.</summary>
    public static int Pending => Volatile.Read(ref pending);

    public static void Begin() => Interlocked.Increment(ref pending);

    public static void End() => Interlocked.Decrement(ref pending);
}
