using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace W2S.Kernel.Tests.Repository;

/// <summary>The pages whose saved numbers CI compares with what they compute now, and what the comparison leaves
/// out.</summary>
public sealed partial class CheckedPagesTests
{
    private const string Versions = "names this machine's versions and device";
    private const string Pictures = "shows pictures of a data set, which are never saved";
    private const string Progress = "shows how far the runs are, and how fast where they are made";

    // Every cell that is left out, by its number among the page's code cells.
    private static readonly (string Page, int Cell, string Tag, string Why)[] LeftOut =
    [
        ("02-few-shot", 2, "timing", Versions),
        ("02-few-shot", 4, "data-images", Pictures),
        ("02-few-shot", 22, "timing", Progress),
        ("03-transfer", 2, "timing", Versions),
        ("03-transfer", 5, "data-images", Pictures),
        ("03-transfer", 8, "timing", Progress),
        ("03-transfer", 13, "timing", Progress),
        ("03-transfer", 16, "timing", Progress),
        ("03-transfer", 18, "timing", Progress),
        ("03-transfer", 20, "timing", Progress),
        ("03-transfer", 27, "timing", Progress),
        ("04-noisy-labels", 2, "timing", Versions),
        ("04-noisy-labels", 5, "data-images", Pictures),
        ("04-noisy-labels", 8, "timing", Progress),
        ("04-noisy-labels", 11, "timing", Progress),
        ("04-noisy-labels", 14, "timing", Progress),
        ("04-noisy-labels", 15, "timing", Progress),
        ("04-noisy-labels", 19, "timing", Progress),
        ("04-noisy-labels", 21, "timing", Progress),
        ("04-noisy-labels", 22, "timing", Progress),
        ("04-noisy-labels", 25, "timing", Progress),
        ("05-which-label", 2, "timing", Versions),
        ("05-which-label", 5, "data-images", Pictures),
        ("05-which-label", 7, "timing", Progress),
        ("05-which-label", 17, "timing", Progress),
        ("06-across-scenarios", 2, "timing", Versions),
        ("07-when-does-it-pay", 2, "timing", Versions),
        ("07-when-does-it-pay", 7, "timing", Progress),
        ("07-when-does-it-pay", 22, "timing", Progress),
        ("09-shift", 2, "timing", Versions),
        ("09-shift", 5, "data-images", Pictures),
        ("09-shift", 8, "timing", Progress),
    ];

    [Fact]
    public void WhatTheComparisonLeavesOutIsListedWithItsReason()
    {
        var pages = Pages().Matches(File.ReadAllText(RepositoryRoot.Combine(".ci", "run")))
            .SelectMany(list => list.Groups[1].Value.Split(' ')).ToArray();

        Assert.Equal(["07-when-does-it-pay", "09-shift", "06-across-scenarios", "solutions/06-across-scenarios",
            "02-few-shot", "04-noisy-labels", "05-which-label", "03-transfer"], pages);
        Assert.Equal(
            LeftOut.Select(cell => (cell.Page, cell.Cell, cell.Tag)),
            pages.Order(StringComparer.Ordinal)
                .SelectMany(page => Skipped(page).Select(cell => (page, cell.Number, cell.Tag))));
    }

    private static IEnumerable<(int Number, string Tag)> Skipped(string page)
    {
        var cells =
            JsonNode.Parse(File.ReadAllText(RepositoryRoot.Combine("notebooks", page + ".ipynb")))!["cells"]!.AsArray();
        return cells.Where(cell => (string?)cell!["cell_type"] == "code").SelectMany((cell, index) =>
            (cell!["metadata"]!["tags"]?.AsArray() ?? []).Select(tag => (string)tag!)
            .Where(tag => tag is "timing" or "data-images").Select(tag => (index + 1, tag)));
    }

    [GeneratedRegex(@"(?m)^ *(?:from_committed_runs|with_real_data)\+?=\(([^)]*)\)$")]
    private static partial Regex Pages();
}
