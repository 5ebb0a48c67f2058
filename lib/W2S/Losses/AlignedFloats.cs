using System.Runtime.InteropServices;

namespace W2S.Losses;

/// <summary>Zeros outside the managed heap, aligned to a cache line: room for numbers that vector code works
/// on.</summary>
internal sealed unsafe class AlignedFloats : IDisposable
{
    private const int Line = 64; // bytes

    public AlignedFloats(long length)
    {
        Length = length;
        Start = (float*)NativeMemory.AlignedAlloc((nuint)Math.Max(length, 1) * sizeof(float), Line);
        Clear();
    }

    ~AlignedFloats() => Free();

    public float* Start { get; private set; }

    public long Length { get; }

    public void Clear() => NativeMemory.Clear(Start, (nuint)Length * sizeof(float));

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(Start);
        Start = null;
    }
}
