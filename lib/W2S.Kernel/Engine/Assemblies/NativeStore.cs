using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace W2S.Kernel.Engine.Assemblies;

/// <summary>Finds native libraries beside the assemblies and in the packages that cells refer to.</summary>
internal static class NativeStore
{
    private static readonly ConcurrentDictionary<string, string> Known = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, nint> Loaded = new(StringComparer.Ordinal);

    /// <summary>Makes the native libraries of a folder known.</summary>
    public static void OfferFolder(string folder)
    {
        if (!Directory.Exists(folder)) return;
        foreach (var file in Directory.EnumerateFiles(folder)) Offer(file);
    }

    /// <summary>Makes one native library known by its file name.</summary>
    public static void Offer(string path)
    {
        if (IsNative(Path.GetFileName(path))) Known.TryAdd(Path.GetFileName(path), path);
    }

    /// <summary>Loads a library by the name that code gives it.</summary>
    /// <returns>Its handle, or 0 where none is known.</returns>
    public static nint Load(string name)
    {
        foreach (var candidate in Candidates(name))
        {
            if (Known.TryGetValue(candidate, out var path)) return Loaded.GetOrAdd(path, NativeLibrary.Load);
        }
        return 0;
    }

    private static IEnumerable<string> Candidates(string name)
    {
        yield return name;
        if (OperatingSystem.IsWindows())
        {
            yield return name + ".dll";
        }
        else
        {
            var extension = OperatingSystem.IsMacOS() ? ".dylib" : ".so";
            yield return "lib" + name + extension;
            yield return name + extension;
            yield return "lib" + name;
        }
    }

    private static bool IsNative(string file) =>
        file.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) && OperatingSystem.IsWindows()
        || file.EndsWith(".dylib", StringComparison.Ordinal)
        || file.EndsWith(".so", StringComparison.Ordinal)
        || file.Contains(".so.", StringComparison.Ordinal);
}
