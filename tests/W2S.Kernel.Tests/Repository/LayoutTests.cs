using System.Xml.Linq;

namespace W2S.Kernel.Tests.Repository;

public sealed class LayoutTests
{
    [Fact]
    public void NoPackageSourceIsDeclared()
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, MatchCasing = MatchCasing.CaseInsensitive };

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
        foreach (var project in Projects().Where(project => project.Contains($"{Path.DirectorySeparatorChar}lib{Path.DirectorySeparatorChar}")))
        {
            Assert.Empty(XDocument.Load(project).Descendants("ProjectReference"));
        }
    }

    [Fact]
    public void VersionsStandInOnePlace()
    {
        foreach (var project in Projects())
        {
            Assert.All(XDocument.Load(project).Descendants("PackageReference"), reference => Assert.Null(reference.Attribute("Version")));
        }
    }

    private static IEnumerable<string> Projects() =>
        new[] { "lib", "tests" }.SelectMany(folder => Directory.EnumerateDirectories(RepositoryRoot.Combine(folder)))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.csproj"));
}
