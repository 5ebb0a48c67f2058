using System.Runtime.InteropServices;

namespace W2S.Kernel.Jupyter;

/// <summary>Remembers the signatures that came in, so that a recorded message cannot be sent a second time.</summary>
/// <remarks>The youngest 262,144 are remembered, by their first 128 bits.</remarks>
internal sealed class ReplayGuard
{
    private const int Capacity = 1 << 18;

    private readonly Lock gate = new();
    private readonly HashSet<UInt128> seen = [];
    private readonly Queue<UInt128> order = [];

    /// <summary>Notes a signature.</summary>
    /// <param name="digest">The signature, 16 bytes or more.</param>
    /// <returns>False where it came before.</returns>
    public bool IsNew(ReadOnlySpan<byte> digest)
    {
        var key = MemoryMarshal.Read<UInt128>(digest);
        lock (gate)
        {
            if (!seen.Add(key))
                return false;
            order.Enqueue(key);
            if (order.Count > Capacity)
                seen.Remove(order.Dequeue());
            return true;
        }
    }
}
