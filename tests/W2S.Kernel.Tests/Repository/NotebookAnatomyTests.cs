using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace W2S.Kernel.Tests.Repository;

/// <summary>The collection's own notebooks, those with a card in the README, and their answers keep the collection's
/// form.</summary>
/// <remarks>A reader's notebook beside them is the reader's: nothing is asked of it.</remarks>
public sealed partial class NotebookAnatomyTests
{
    public static TheoryData<string> Notebooks =>
        [.. Collection(File.ReadAllText(RepositoryRoot.Combine("README.md")))];

    [Theory]
    [MemberData(nameof(Notebooks))]
    public void TitleSetupAndKnobsStandWhereAReaderLooks(string notebook)
    {
        var cells = Cells(notebook);
        var code = cells.Where(IsCode).ToArray();

        Assert.Matches(@"^# .+\?\s", Source(cells[0]) + "\n");
        Assert.Matches(@"^#!import ""(\.\./)*setup\.csx""", Source(code[0]));
        Assert.Single(code, cell => Source(cell).Contains("record Knobs"));
        Assert.InRange(cells.Length, IsSolution(notebook) ? 3 : 25, 60);
    }

    [Theory]
    [MemberData(nameof(Notebooks))]
    public void ThereIsAtLeastAsMuchProseAsCode(string notebook)
    {
        Assert.SkipWhen(IsSolution(notebook), "answers are short");
        var cells = Cells(notebook);
        var prose = cells.Where(cell => !IsCode(cell)).Sum(cell => Source(cell).Length);
        var code = cells.Where(IsCode).Sum(cell => Source(cell).Length);

        Assert.True(prose >= code, $"{prose} characters of prose, {code} of code");
        Assert.All(cells.Where(IsCode), cell => Assert.True(
            Source(cell)
                .Split('\n').Length <= 25,
                $"a cell of {Source(cell).Split('\n').Length} lines wants to move into the library:\n{Source(cell)}"));
    }

    [Theory]
    [MemberData(nameof(Notebooks))]
    public void AReadingHasAtMostEightyWords(string notebook)
    {
        var readings = Cells(notebook).Where(cell => !IsCode(cell)).SelectMany(cell => Source(cell).Split("\n\n"))
            .Where(paragraph => paragraph.StartsWith("**Reading", StringComparison.Ordinal));
        Assert.All(readings, reading =>
        {
            var words = LinkTarget().Replace(reading, "").Split((char[])[], StringSplitOptions.RemoveEmptyEntries);
            Assert.True(words.Length <= 80, $"{words.Length} words, at most 80:\n{reading}");
        });
    }

    [Theory]
    [MemberData(nameof(Notebooks))]
    public void NoLineOfCodeIsCutOffAtTheSide(string notebook) =>
        Assert.All(Cells(notebook).Where(IsCode).SelectMany(cell => Source(cell).Split('\n')), line =>
            Assert.True(line.Length <= 120, $"{line.Length} columns, at most 120:\n{line}"));

    [Theory]
    [MemberData(nameof(Notebooks))]
    public void RanFromTopToBottomAndWasSavedByTheRunCommand(string notebook)
    {
        var code = Cells(notebook).Where(IsCode).ToArray();

        Assert.Equal(Enumerable.Range(1, code.Length), code.Select(cell => (int?)cell["execution_count"] ?? 0));
        foreach (var cell in code)
        {
            var tags = cell["metadata"]!["tags"]?.AsArray().Select(tag => (string)tag!).ToArray() ?? [];
            if (tags.Contains("data-images")) Assert.Empty(cell["outputs"]!.AsArray());
            Assert.False(cell["metadata"]!.AsObject().ContainsKey("execution"), "execution times are stripped on save");
            foreach (var output in cell["outputs"]!.AsArray())
            {
                Assert.NotEqual("error", (string)output!["output_type"]!);
                Assert.NotEqual("stderr", (string?)output["name"]);
                // a page saved where its data or weights were missing shows another page's numbers
                Assert.DoesNotMatch(@"skipped: |\b(is|are) not here\b", output.ToJsonString());
                if (output["data"] is not JsonObject data) continue;
                Assert.False(data.ContainsKey("application/vnd.plotly.v1+json") && data.ContainsKey("text/html"),
                    "a chart's HTML is dropped on save");
                if (data["image/png"] is { } png)
                {
                    Assert.InRange(Convert.FromBase64String(Text(png)).Length, 1, 40 * 1024);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Notebooks))]
    public void IsSmallAndHoldsNoPathOfAMachine(string notebook)
    {
        var file = RepositoryRoot.Combine(notebook);

        Assert.InRange(new FileInfo(file).Length, 1, 450_000);
        Assert.DoesNotMatch(MachinePath(), File.ReadAllText(file));
    }

    [Theory]
    [MemberData(nameof(Notebooks))]
    public void RelativeLinksAreAlive(string notebook)
    {
        var folder = Path.GetDirectoryName(RepositoryRoot.Combine(notebook))!;
        foreach (var cell in Cells(notebook).Where(cell => !IsCode(cell)))
        {
            foreach (Match link in Link().Matches(Source(cell)))
            {
                var target = link.Groups[1].Value.Split('#')[0];
                if (target.Length == 0 || target.Contains("://") || target.StartsWith("attachment:")) continue;
                Assert.True(Path.Exists(Path.Combine(folder, target)),
                    $"{notebook} links to {target}, which does not exist");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Notebooks))]
    public void HasItsSectionsCardsAndAnswers(string notebook)
    {
        Assert.SkipWhen(IsSolution(notebook), "answers have the order of their questions");
        var prose = string.Join('\n', Cells(notebook).Where(cell => !IsCode(cell)).Select(Source));
        var name = Path.GetFileName(notebook);

        Assert.All(Sections, section => Assert.Matches($"(?m)^## {section}", prose));
        Assert.Contains($"({name})", File.ReadAllText(RepositoryRoot.Combine("notebooks", "README.md")));
        Assert.True(File.Exists(RepositoryRoot.Combine("notebooks", "solutions", name)),
            $"solutions/{name} with the answers is missing");
        Assert.Contains($"(solutions/{name})", prose);
    }

    [Fact]
    public void ThePagesAreThoseWithACardInBothTables()
    {
        var pages = Collection(File.ReadAllText(RepositoryRoot.Combine("README.md"))).ToArray();
        var cards = CardBeside().Matches(File.ReadAllText(RepositoryRoot.Combine("notebooks", "README.md")));

        Assert.Equal(["00", "01", "02", "03", "04", "05", "06", "07", "08", "09"],
            pages.Where(page => !IsSolution(page)).Select(page => Path.GetFileName(page)[..2]));
        Assert.Equal(pages.Where(page => !IsSolution(page)).Select(page => Path.GetFileName(page)),
            cards.Select(card => card.Groups[1].Value));
        Assert.All(pages, page => Assert.True(File.Exists(RepositoryRoot.Combine(page)), $"{page} is missing"));
        Assert.Equal(["notebooks/00-a.ipynb", "notebooks/solutions/00-a.ipynb"],
            Collection("| [00 · A](notebooks/00-a.ipynb) | [02](notebooks/02-mine.ipynb) |\n[03 · "
                + "Mine](notebooks/03-mine.ipynb)"));
    }

    [Fact]
    public void TheTemplateHasTheFormThatItTeaches()
    {
        var template = Path.Combine("notebooks", "_template.ipynb");
        var cells = Cells(template);
        var prose = string.Join('\n', cells.Where(cell => !IsCode(cell)).Select(Source));

        Assert.All(Sections, section => Assert.Matches($"(?m)^## {section}", prose));
        Assert.Equal("#!import \"setup.csx\"", Source(cells.First(IsCode)).Trim());
        Assert.Single(cells.Where(IsCode), cell => Source(cell).Contains("record Knobs"));
        Assert.All(cells.Where(IsCode), cell => Assert.Empty(cell["outputs"]!.AsArray()));
        IsSmallAndHoldsNoPathOfAMachine(template);
        RelativeLinksAreAlive(template);
    }

    // What every page has, in these words; what stands between them is the page's own.
    private static readonly string[] Sections = ["What you'll see", "Setup", "Knobs", "Data", "Try it yourself",
        "Takeaways"];

    private static IEnumerable<string> Collection(string readme) =>
        Card().Matches(readme).Select(card => card.Groups[1].Value).SelectMany(name =>
            new[] { Path.Combine("notebooks", name), Path.Combine("notebooks", "solutions", name) });

    private static bool IsSolution(string notebook) => notebook.Contains("solutions");

    private static JsonNode[] Cells(string notebook) =>
        [.. JsonNode.Parse(File.ReadAllText(RepositoryRoot.Combine(notebook)))!["cells"]!.AsArray().Select(
            cell => cell!)];

    private static bool IsCode(JsonNode cell) => (string)cell["cell_type"]! == "code";

    private static string Source(JsonNode cell) => Text(cell["source"]!);

    private static string Text(JsonNode node) =>
        node is JsonArray lines ? string.Concat(lines.Select(line => (string)line!)) : (string)node!;

    [GeneratedRegex(@"(?<=\])\([^)]*\)")]
    private static partial Regex LinkTarget();

    [GeneratedRegex(@"/home/|/root/|/Users/|/tmp/|/work/|[A-Z]:\\\\")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"(?m)^\| \[[^\]]+\]\(notebooks/([^)/]+\.ipynb)\)")]
    private static partial Regex Card();

    [GeneratedRegex(@"(?m)^\| \[[^\]]+\]\(([^)/]+\.ipynb)\)")]
    private static partial Regex CardBeside();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
