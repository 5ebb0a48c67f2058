using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.CodeAnalysis.CSharp;

namespace W2S.Kernel.Engine.Cells;

/// <summary>Which kernel this is, for <c>#!about</c> and the greeting of terminal clients.</summary>
internal static class About
{
    /// <summary>The kernel's version.</summary>
    public static string Version { get; } = VersionOf(typeof(About).Assembly);

    /// <summary>Names and versions, a line each.</summary>
    public static string Text => $"""
        W2S.Kernel {Version}: C# 14 on .NET {Environment.Version}, {RuntimeInformation.RuntimeIdentifier}
        Roslyn {VersionOf(typeof(CSharpCompilation).Assembly)}
        Microsoft.DotNet.Interactive {VersionOf(typeof(Microsoft.DotNet.Interactive.Formatting.Formatter).Assembly)}
        """;

    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
}
