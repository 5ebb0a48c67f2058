using System.Collections.Concurrent;
using System.ComponentModel;

namespace W2S.Kernel.Engine.Script;

/// <summary>Where a value waits on its way from one language's variables to the other's.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Exchange
{
    private static readonly ConcurrentDictionary<string, object?> Waiting = new(StringComparer.Ordinal);

    /// <summary>Takes a value out.</summary>
    /// <param name="key">The key under which it was put in.</param>
    /// <returns>The value.</returns>
    /// <exception cref="KeyNotFoundException">Nothing waits under this key.</exception>
    public static object? Take(string key) =>
        Waiting.TryRemove(key, out var value) ? value : throw new KeyNotFoundException($"nothing waits under '{key}'");

    internal static string Put(object? value)
    {
        var key = Guid.NewGuid().ToString("N");
        Waiting[key] = value;
        return key;
    }
}
