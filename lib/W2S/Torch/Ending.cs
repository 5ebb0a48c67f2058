namespace W2S.Torch;

/// <summary>Does something where a <c>using</c> ends.</summary>
internal sealed class Ending(Action end) : IDisposable
{
    public void Dispose() => end();
}
