using System.Runtime.InteropServices;

namespace W2S.Kernel.Engine.Assemblies;

/// <summary>The names under which native libraries for this machine are published.</summary>
/// <remarks>A distribution's own build of .NET reports one of its own, such as <c>ubuntu.26.04-x64</c>; libraries ship
/// for <c>linux-x64</c>.</remarks>
internal static class RuntimeIdentifiers
{
    /// <summary>This process's own and the portable one, each once.</summary>
    public static IReadOnlyList<string> All { get; } = [.. new[] { RuntimeInformation.RuntimeIdentifier,
        Portable }.Distinct()];

    /// <summary>The one that packages use.</summary>
    public static string Portable => PortableOf(RuntimeInformation.RuntimeIdentifier);

    /// <summary>The portable identifier of a runtime for this operating system.</summary>
    /// <param name="own">What that runtime reports.</param>
    public static string PortableOf(string own)
    {
        var system = OperatingSystem.IsWindows() ? "win"
            : OperatingSystem.IsMacOS() ? "osx"
            : own.StartsWith("alpine", StringComparison.Ordinal) ? "linux-musl" : "linux";
        return own.StartsWith(system + "-", StringComparison.Ordinal) ? own : system + own[own.LastIndexOf('-')..];
    }
}
