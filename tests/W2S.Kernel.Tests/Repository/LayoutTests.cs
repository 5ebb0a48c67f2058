using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace W2S.Kernel.Tests.Repository;

public sealed partial class LayoutTests
{
    [Fact]
    public void NoPackageSourceIsDeclared()
    {
        var options =
            new EnumerationOptions { RecurseSubdirectories = true, MatchCasing = MatchCasing.CaseInsensitive };

        Assert.Empty(Directory.EnumerateFiles(RepositoryRoot.Path, "nuget.config", options));
        Assert.DoesNotContain("RestoreSources", File.ReadAllText(RepositoryRoot.Combine("Directory.Build.props")));
    }

    [Fact]
    public void EveryProjectHasALockFileForEveryRuntimeIdentifier()
    {
        foreach (var project in Projects())
        {
            foreach (var runtime in new[] { "linux-x64", "osx-arm64", "win-x64" })
            {
                var file = Path.Combine(Path.GetDirectoryName(project)!, $"packages.{runtime}.lock.json");
                Assert.True(File.Exists(file), $"{file} is missing; CONTRIBUTING.md says how to renew the lock files");
            }
        }
    }

    [Fact]
    public void LibraryAndKernelKnowNothingOfEachOther()
    {
        foreach (var project in Directory.EnumerateDirectories(RepositoryRoot.Combine("lib")).Select(Path.GetFileName))
        {
            string[] known = project switch { "W2S.Charts" => ["W2S"], "W2S.Sweeps" => ["W2S.Charts"], _ => [] };
            Assert.Equal(known, References(project!, "ProjectReference").Select(Path.GetFileNameWithoutExtension));
        }
    }

    [Fact]
    public void TheLibraryNeedsTorchAndOneImageDecoderAlone()
    {
        Assert.All(References("W2S", "PackageReference"),
            package => Assert.Matches("^(TorchSharp|libtorch-cpu-.*|SkiaSharp(\\..*)?)$", package));
    }

    // A test that calls the kernel's code while another runs a cell would have it print into that cell's output.
    [Fact]
    public void TheKernelSpeaksToItsProcessAndNotToTheCellThatRuns()
    {
        string[] itself = ["ConsoleRouting.cs", "HostConsole.cs", "RunCommand.cs"]; // cells have another process there
        string[] cells = ["FSharpRunner.cs"];
        Assert.Equal(itself.Concat(cells).Order(StringComparer.Ordinal), CodeSize.Sources("lib/W2S.Kernel")
            .Where(file => ConsoleWriting().IsMatch(File.ReadAllText(file)))
            .Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"(?<![\w.""])Console\.(Write|Out\b|Error\b)")]
    private static partial Regex ConsoleWriting();

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument.Load(RepositoryRoot.Combine("lib", project, $"{project}.csproj")).Descendants(kind)
            .Select(item => item.Attribute("Include")!.Value);

    [Fact]
    public void VersionsStandInOnePlace()
    {
        foreach (var project in Projects())
        {
            Assert.All(XDocument.Load(project).Descendants("PackageReference"),
                reference => Assert.Null(reference.Attribute("Version")));
        }
    }

    private static IEnumerable<string> Projects() =>
        new[] { "lib", "tests" }.SelectMany(folder => Directory.EnumerateDirectories(RepositoryRoot.Combine(folder)))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.csproj"));
}
