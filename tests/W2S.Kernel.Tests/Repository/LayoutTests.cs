using System.Xml.Linq;

namespace W2S.Kernel.Tests.Repository;

public sealed class LayoutTests
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
