using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Microsoft.Win32.SafeHandles;

namespace W2S.Torch;

/// <summary>Loads a Linux library that requires a newer C++ runtime than there is, where it can do without.</summary>
/// <remarks>
/// TorchSharp's native library requires <c>GLIBCXX_3.4.32</c> (GCC 13) for the sake of a marker that nothing refers to.
/// A copy in memory has that requirement marked weak (<c>VER_FLG_WEAK</c> in its entry of <c>.gnu.version_r</c>), and
/// the system's loader binds all of its symbols at once: where one is missing indeed, nothing is loaded.
/// </remarks>
internal static partial class OlderCppRuntime
{
    private const int BindNow = 2, CloseOnExec = 1;

    /// <summary>Tries to load a library after such a failure.</summary>
    /// <param name="file">The library's file.</param>
    /// <param name="report">What the system's loader said of it.</param>
    /// <returns>False where the failure was another, or the library cannot do without.</returns>
    public static bool TryLoad(string file, string report)
    {
        if (!OperatingSystem.IsLinux() || MissingVersion(report) is not { } version)
            return false;
        var image = File.ReadAllBytes(file);
        return MakeWeak(image, version) && Load(Path.GetFileName(file), image);
    }

    /// <summary>The version of the C++ runtime that a loader's report finds missing.</summary>
    /// <returns>Null where it tells of something else.</returns>
    public static string? MissingVersion(string report) =>
        Missing().Match(report) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>Marks one required version weak.</summary>
    /// <returns>False where its entry (the hash of the name, then no flags) is not found exactly once.</returns>
    public static bool MakeWeak(Span<byte> image, string version)
    {
        byte[] entry = [.. BitConverter.GetBytes(Hash(version)), 0, 0];
        var at = image.IndexOf(entry);
        if (at < 0 || image[(at + 1)..].IndexOf(entry) >= 0)
            return false;
        image[at + 4] = 2;
        return true;
    }

    // System V ABI, chapter 5.
    private static uint Hash(string name)
    {
        var hash = 0u;
        foreach (var letter in name)
        {
            hash = (hash << 4) + letter;
            hash = (hash ^ ((hash >> 24) & 0xf0)) & 0x0fffffff;
        }
        return hash;
    }

    // From memory: no folder needs to be writable, and nothing is left behind. The file stays open: the loader knows a
    // library by its path, and takes another at the same number for the one that it has.
    private static bool Load(string name, ReadOnlySpan<byte> image)
    {
        var descriptor = CreateInMemory(name, CloseOnExec);
        if (descriptor < 0)
            return false;
        try
        {
            RandomAccess.Write(new SafeFileHandle(descriptor, ownsHandle: false), image, fileOffset: 0);
        }
        catch (Exception error) when (error is IOException or ArgumentOutOfRangeException) // a limit of memory or files
        {
            return false;
        }
        return Open($"/proc/self/fd/{descriptor}", BindNow) != 0;
    }

    [GeneratedRegex(@"version [`'](GLIBCXX_[\d.]+|CXXABI_[\d.]+)' not found")]
    private static partial Regex Missing();

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateInMemory(string name, uint flags);

    [LibraryImport("libdl.so.2", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Open(string path, int flags);
}
