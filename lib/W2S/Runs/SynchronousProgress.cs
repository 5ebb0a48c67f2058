namespace W2S.Runs;

/// <summary>Hands each report on at once, on the thread that makes it; <see cref="Progress{T}"/> would hand it on
/// later.</summary>
internal sealed class SynchronousProgress<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
