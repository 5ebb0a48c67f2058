using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace W2S.Kernel.Tests.Repository;

/// <summary>Files that others' machines read say what the repository says.</summary>
public sealed partial class PublishedFilesTests
{
    [Fact]
    public void TheImageIsMadeByTheCommandsOfTheDevcontainer()
    {
        var devcontainer = JsonNode.Parse(Text(".devcontainer/devcontainer.json"))!;
        string[] commands = [(string)devcontainer["updateContentCommand"]!, (string)devcontainer["postCreateCommand"]!];

        Assert.Equal(commands, Text(".binder/Dockerfile").Split('\n').Where(line => line.StartsWith("RUN ./w2s "))
            .Select(line => line["RUN ".Length..]));
        Assert.Contains("docker build -t w2s -f .binder/Dockerfile .", Text("README.md"));
        Assert.Contains("`./w2s kernel install --user`", Text("README.md"));
    }

    // Citation File Format 1.2.0: what it requires, and what it must not say otherwise than the packages do.
    [Fact]
    public void TheCitationHasWhatItsFormatRequiresAndThePackagesWords()
    {
        var citation = Line().Matches(Text("CITATION.cff"))
            .ToDictionary(line => line.Groups[1].Value, line => line.Groups[2].Value.Trim());

        Assert.Equal("1.2.0", citation["cff-version"]);
        Assert.Equal("software", citation["type"]);
        Assert.NotEqual("", citation["message"]);
        Assert.NotEqual("", citation["title"]);
        Assert.Contains($"authors:\n  - name: {Property("Authors")}\n", Text("CITATION.cff"));
        Assert.Equal(Property("Version"), citation["version"]);
        Assert.Equal(Property("PackageLicenseExpression"), citation["license"]);
        Assert.Equal(Property("RepositoryUrl"), citation.GetValueOrDefault("repository-code", ""));
    }

    [Fact]
    public void ABadgeNamesTheRepositorysAddress() =>
        Assert.All(Badge().Matches(Text("README.md")), badge => Assert.True(
            Property("RepositoryUrl") is { Length: > 0 } address && badge.Value.Contains(address), badge.Value));

    [Fact]
    public void TheChangelogBeginsWithTheVersionThatIsPacked() =>
        Assert.Equal(Property("Version"), Heading().Match(Text("CHANGELOG.md")).Groups[1].Value);

    [Fact]
    public void TheWorkflowRunsWhatThereIs()
    {
        var commands = Command().Matches(Text(".github/workflows/ci.yml")).Select(command => command.Value).ToList();

        Assert.Equal(["./w2s data", "./w2s pack", "./w2s test", "./w2s.ps1 test", ".ci/run", ".ci/site"],
            commands.Distinct().Order(StringComparer.Ordinal));
        Assert.All(commands, command =>
        {
            var words = command.Split(' ');
            Assert.True(File.Exists(RepositoryRoot.Combine(words[0])), command);
            if (words.Length > 1) Assert.Contains($"\n./w2s {words[1]} ", Text("w2s"));
        });
    }

    [Fact]
    public void TheWorkflowReadsAloneAndPublishesNothingOfAnOrdinaryPush()
    {
        var jobs = Job().Split(Text(".github/workflows/ci.yml"));
        var publishing = jobs.Where(job => job.Contains(": write")).ToList();

        Assert.Contains("\npermissions:\n  contents: read\n", string.Concat(jobs));
        Assert.DoesNotContain("secrets", string.Concat(jobs));
        Assert.All(Action().Matches(string.Concat(jobs)), action => Assert.Matches(@"^actions/[a-z-]+@v\d+$",
            action.Groups[1].Value));
        Assert.Equal(["github.ref == 'refs/heads/main' && "
            + "(github.event_name == 'schedule' || github.event_name == 'workflow_dispatch')",
            "github.event_name == 'push' && startsWith(github.ref, 'refs/tags/v')"],
            publishing.Select(job => Condition().Match(job).Groups[1].Value));
    }

    private static string Text(string file) =>
        File.ReadAllText(RepositoryRoot.Combine(file)).ReplaceLineEndings("\n");

    private static string Property(string name) => XDocument.Parse(Text("Directory.Build.props")).Descendants(name)
        .Single().Value;

    [GeneratedRegex("^([a-z-]+):(.*)$", RegexOptions.Multiline)]
    private static partial Regex Line();

    [GeneratedRegex(@"!\[[^\]]*\]\([^)]*badge[^)]*\)")]
    private static partial Regex Badge();

    [GeneratedRegex(@"^## (\d+\.\d+\.\d+)", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"(?m)^(?=  [a-z]+:(?: #.*)?$\n    )")]
    private static partial Regex Job();

    [GeneratedRegex(@"uses: (.*)")]
    private static partial Regex Action();

    [GeneratedRegex(@"    if: (.*)")]
    private static partial Regex Condition();

    [GeneratedRegex(@"\./w2s(\.ps1)? [a-z]+|\.ci/[a-z]+")]
    private static partial Regex Command();
}
