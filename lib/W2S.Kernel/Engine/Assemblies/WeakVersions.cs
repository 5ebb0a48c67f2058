using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace W2S.Kernel.Engine.Assemblies;

/// <summary>Loads a Linux library that asks for a newer version of a system library than there is, where it can do
/// without.</summary>
/// <remarks>
/// The requirement is marked weak (<c>VER_FLG_WEAK</c>) in a private copy. Whether the library really does without is
/// then asked of the loader, which is told to bind every symbol at once: if one is missing, nothing is loaded.
/// </remarks>
[SupportedOSPlatform("linux")]
internal static partial class WeakVersions
{
    private const int BindNow = 2;

    /// <summary>Tries to load a library after such a failure.</summary>
    /// <param name="path">The library's file.</param>
    /// <param name="failure">What loading it said.</param>
    /// <param name="copies">The folder for private copies.</param>
    /// <returns>Its handle, or 0 where the failure was another.</returns>
    /// <exception cref="DllNotFoundException">It cannot do without; the message is one line.</exception>
    public static nint TryLoad(string path, DllNotFoundException failure, string copies)
    {
        var missing =
            NotFound().Matches(failure.Message)
                .Where(match => Path.GetFileName(match.Groups["by"].Value) == Path.GetFileName(path))
            .Select(match => match.Groups["version"].Value).ToHashSet();
        if (missing.Count == 0) return 0;
        var copy = Copy(path, missing, copies);
        if (copy is not null && Bind(copy, BindNow) != 0) return NativeLibrary.Load(copy);
        throw new DllNotFoundException(
            $"{Path.GetFileName(path)} needs {string.Join(", ", missing)}, which this system's C++ runtime is too old "
            + "for; install libstdc++ of GCC 13 or newer");
    }

    private static string? Copy(string path, HashSet<string> missing, string copies)
    {
        if (ElfFile.Read(path) is not { } elf) return null;
        var flags =
            elf.Versions.Where(version => missing.Contains(version.Version)).Select(version => version.FlagsAt)
                .ToList();
        if (flags.Count == 0) return null;
        var info = new FileInfo(path);
        var identity = $"{path}|{info.Length}|{info.LastWriteTimeUtc.Ticks}|{string.Join(',', missing.Order())}";
        var folder =
            Path.Combine(copies, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..20]);
        var copy = Path.Combine(folder, info.Name);
        if (File.Exists(copy)) return copy;
        Directory.CreateDirectory(folder);
        var temporary = $"{copy}.{Environment.ProcessId}";
        File.Copy(path, temporary, overwrite: true);
        File.SetUnixFileMode(temporary, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using (var file = File.OpenWrite(temporary))
        {
            foreach (var at in flags)
            {
                file.Position = at;
                file.Write([2, 0]);
            }
        }
        File.Move(temporary, copy, overwrite: true);
        return copy;
    }

    [GeneratedRegex(@"version `(?<version>[^']+)' not found \(required by (?<by>[^)]+)\)",
        RegexOptions.ExplicitCapture)]
    private static partial Regex NotFound();

    [LibraryImport("libdl.so.2", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Bind(string path, int flags);
}
