using System.Diagnostics;

namespace W2S.Kernel.Engine.Packages;

/// <summary>Runs the .NET SDK, as the reader's own shell would.</summary>
internal static class SdkProcess
{
    /// <summary>Runs it to its end.</summary>
    /// <param name="folder">Its working directory.</param>
    /// <param name="arguments">What follows <c>dotnet</c>.</param>
    /// <param name="stop">Ends it with all that it started.</param>
    /// <returns>Its exit code and what it wrote.</returns>
    /// <exception cref="InvalidOperationException">There is no SDK.</exception>
    public static async Task<(int Exit, string Log)> RunAsync(
        string folder, IEnumerable<string> arguments, CancellationToken stop)
    {
        var start = new ProcessStartInfo(Dotnet(), arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        foreach (var name in (string[])["MSBuildSDKsPath", "MSBUILD_EXE_PATH", "MSBuildExtensionsPath",
            "DOTNET_ROOT_X64"]) start.Environment.Remove(name);
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            throw new InvalidOperationException(
                "packages and projects need the .NET SDK, and no 'dotnet' was found; install it from "
                + "https://dot.net/download", failure);
        }
        using var _ = process;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(stop);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        return (process.ExitCode, await output + await errors);
    }

    // The dotnet that runs this process, or the one on the path.
    private static string Dotnet() =>
        Environment.ProcessPath is { } own && Path.GetFileNameWithoutExtension(own) == "dotnet" ? own : "dotnet";
}
