using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using W2S.Kernel.Engine.Packages;

namespace W2S.Kernel.Engine.Assemblies;

/// <summary>Finds native libraries beside the assemblies and in the packages that cells refer to.</summary>
internal static class NativeStore
{
    private static readonly ConcurrentDictionary<string, string> Known = new(StringComparer.Ordinal);
    private static readonly Dictionary<string, nint> Loaded = new(StringComparer.Ordinal);

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
            if (Known.TryGetValue(candidate, out var path)) return LoadFile(path);
        }
        return 0;
    }

    /// <summary>Loads a library's file.</summary>
    /// <remarks>
    /// A package's library may need one that another package holds, in a folder where the system does not look, and a
    /// copy one that lies beside the original: those that it needs come first, and the system's loader then finds them
    /// by name.
    /// </remarks>
    /// <exception cref="DllNotFoundException">It cannot be loaded.</exception>
    public static nint LoadFile(string path)
    {
        lock (Loaded)
        {
            if (Loaded.TryGetValue(path, out var handle)) return handle;
            Loaded[path] = 0; // under way: two libraries may need each other
            foreach (var needed in OperatingSystem.IsLinux() ? ElfFile.Read(path)?.Needed ?? [] : [])
            {
                if (Known.TryGetValue(needed, out var other)
                    || File.Exists(other = Path.Combine(Path.GetDirectoryName(path)!, needed))) LoadFile(other);
            }
            try
            {
                return Loaded[path] = NativeLibrary.Load(path);
            }
            catch (DllNotFoundException failure)
            {
                Loaded.Remove(path);
                return Loaded[path] = LoadInSpiteOf(failure, path);
            }
        }
    }

    private static nint LoadInSpiteOf(DllNotFoundException failure, string path)
    {
        if (OperatingSystem.IsLinux())
        {
            var cured = WeakVersions.TryLoad(path, failure, Path.Combine(PackageRestorer.CacheFolder, "natives"));
            return cured != 0 ? cured : throw failure;
        }
        // which libraries it needs is not read here: whatever others are known go in first, as far as they will
        for (var progress = true; progress;)
        {
            progress = false;
            foreach (var other in Known.Values.Where(other => other != path && !Loaded.ContainsKey(other)))
            {
                if (NativeLibrary.TryLoad(other, out var handle)) progress = Loaded.TryAdd(other, handle);
            }
        }
        return NativeLibrary.Load(path);
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
