using System.Diagnostics;
using System.IO.Compression;
using System.Text.RegularExpressions;

namespace W2S.DataScripts;

/// <summary>Takes files out of a NuGet package: fetched through the reader's own package sources, or given.</summary>
internal sealed partial class PackageFetcher(Package package, Installer installer)
{
    /// <summary>Has <c>dotnet restore</c> fetch the package alone, without what it depends on, and prepares its
    /// files.</summary>
    /// <exception cref="FetchException">It cannot be had.</exception>
    public async Task FetchAsync(CancellationToken cancel)
    {
        var folder = Path.Combine(installer.Workplace, "package");
        try
        {
            WriteProject(folder);
            var packages = Path.Combine(folder, "packages");
            await RestoreAsync(folder, packages, cancel);
            StageFolder(Path.Combine(packages, package.Id.ToLowerInvariant(), package.Version));
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Prepares what a package, or a folder that holds it or its files, has of the set.</summary>
    /// <exception cref="FetchException">There is nothing of it.</exception>
    public void TakeFrom(string source)
    {
        var archive = Path.Combine(source, package.File);
        if (File.Exists(source)) StageArchive(source);
        else if (File.Exists(archive)) StageArchive(archive);
        else if (!StageFolder(source) && !installer.StageFolder(source))
        {
            throw new FetchException(
                $"{source} holds nothing of the set, neither {package.File} nor {package.Files[0].Path}");
        }
    }

    private void StageArchive(string file)
    {
        try
        {
            using var archive = ZipFile.OpenRead(file);
            foreach (var (path, place) in package.Files)
            {
                var entry = archive.GetEntry(path)
                    ?? throw new FetchException($"{file} lacks {path}; give {package.File}");
                using var content = entry.Open();
                installer.Stage(place, content);
            }
        }
        catch (InvalidDataException error)
        {
            throw new FetchException($"{file} is no package ({error.Message}); give {package.File} or its unpacked "
                + "folder");
        }
    }

    // Wherever in the package's layout the folder begins.
    private bool StageFolder(string folder)
    {
        var found = false;
        foreach (var (path, place) in package.Files)
        {
            var parts = path.Split('/');
            var file = Enumerable.Range(0, parts.Length).Select(skipped => Path.Combine([folder, .. parts[skipped..]]))
                .FirstOrDefault(File.Exists);
            if (file is null) continue;
            using var content = File.OpenRead(file);
            installer.Stage(place, content);
            found = true;
        }
        return found;
    }

    // The empty files keep the settings of a project around the data folder out.
    private void WriteProject(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var name in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" })
        {
            File.WriteAllText(Path.Combine(folder, name), "<Project />");
        }
        File.WriteAllText(Path.Combine(folder, "fetch.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                <PackageDownload Include="{package.Id}" Version="[{package.Version}]" />
              </ItemGroup>
            </Project>
            """);
    }

    private async Task RestoreAsync(string folder, string packages, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var word in new[] { "restore", "fetch.csproj", "--packages", packages, "-v", "quiet" })
        {
            start.ArgumentList.Add(word);
        }
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en"; // the error is looked for below
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
        if (process.ExitCode == 0) return;
        var said = $"{await output}\n{await errors}";
        var reason = Error().Match(said) is { Success: true } match ? match.Groups[1].Value
            : said.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Length > 0)
                ?? $"exit code {process.ExitCode}";
        throw new FetchException(
            $"dotnet restore cannot fetch {package.Id} {package.Version} ({reason.TrimEnd('.')}); look at the network "
            + "and at your package sources (dotnet nuget list source), or give the package with --from");
    }

    [GeneratedRegex(@"error (NU\d+: .*?)(?: \[[^\]]*proj\])?\r?$", RegexOptions.Multiline)]
    private static partial Regex Error();
}
