using System.Diagnostics;
using W2S.Kernel.Engine.Assemblies;
using W2S.Kernel.Engine.Cells;
using W2S.Kernel.Engine.Output;
using W2S.Kernel.Engine.Packages;
using W2S.Kernel.Engine.Widgets;

namespace W2S.Kernel.Tests.Engine;

public sealed class PackageTests
{
    [Theory]
    [InlineData("nuget: Deedle, 8.1.0", "Deedle", "8.1.0")]
    [InlineData("nuget:Deedle", "Deedle", null)]
    [InlineData("nuget: Deedle,", "Deedle", null)]
    [InlineData("NuGet: Deedle , *-*", "Deedle", "*-*")]
    public void RequestsAreRead(string text, string id, string? version)
    {
        Assert.True(PackageRequest.TryParse(text, out var request));
        Assert.Equal((id, version), (request.Id, request.Version));
    }

    [Fact]
    public void OtherTextIsNoRequest()
    {
        Assert.False(PackageRequest.TryParse("lib/x.dll", out _));
        Assert.Throws<FormatException>(() => PackageRequest.TryParse("nuget: , 1", out _));
        Assert.Throws<FormatException>(() => PackageRequest.TryParse("nuget: A, 1, 2", out _));
    }

    [Fact]
    public void RestoreErrorsBecomeOneLine()
    {
        const string Project = "[/cache/packages.csproj]";
        PackageRequest[] asked = [new("Nope", "1.0")];
        Assert.Equal(
            "no such package: Nope; the sources that NuGet is configured with do not have it",
            RestoreErrors.Explain(
                $"/cache/packages.csproj : error NU1101: Unable to find package Nope. No packages exist with this id "
                + $"in source(s): x {Project}\n", asked));
        Assert.StartsWith(
            "no such version: Unable to find package A with version (>= 9.0.0)",
            RestoreErrors.Explain(
                $"a.csproj : error NU1102: Unable to find package A with version (>= 9.0.0) {Project}\n", asked));
        Assert.StartsWith(
            "the package source cannot be reached",
            RestoreErrors.Explain(
                $"a.csproj : error NU1301: Unable to load the service index for source https://x/index.json. "
                + $"{Project}\n", asked));
        Assert.StartsWith(
            "these packages do not go together",
            RestoreErrors.Explain($"a.csproj : error NU1107: Version conflict detected for B. {Project}\n", asked));
        Assert.Equal("the restore of Nope 1.0 failed: out of disk",
            RestoreErrors.Explain("first\nout of disk\n", asked));
    }

    [Theory]
    [InlineData("https://x.org/a/index.json", true)]
    [InlineData("https://x.org/b/index.json", true)]
    [InlineData("https://y.org/a/index.json", false)]
    [InlineData("/here/packages", false)]
    public void ASourceIsOutOfReachWhereItsServerIs(string feed, bool expected)
    {
        const string Log = "a.csproj : error NU1301: Unable to load the service index for source "
            + "https://x.org/a/index.json. [a.csproj]\n"
            + "a.csproj : error NU1301:   Name or service not known (x.org:443)\n";
        Assert.Equal(expected, RestoreErrors.IsOutOfReach(feed, Log));
    }

    [Fact]
    public async Task PlotlyDeedleAndTorchSharpWorkTogetherFromPackages()
    {
        using var session = new Session();
        Online.Require("Deedle", "8.1.0");
        var host = await session.RunAsync(
            "#r \"nuget: Plotly.NET, 6.0.0\"\n#r \"nuget: Plotly.NET.CSharp, 0.14.0\"\n#r \"nuget: Deedle, 8.1.0\"");
        Assert.StartsWith("Restored Plotly.NET 6.0.0", host.Displays[^1].Bundle!["text/plain"].GetValue<string>());
        Assert.Equal("2",
            (await session.RunAsync(
                "Deedle.Frame.FromRecords(new[] { new { A = 1 }, new { A = 2 } }).RowCount")).Plain);
        Assert.Contains("data", (await session.RunAsync(
            "Plotly.NET.GenericChart.toFigureJson(Plotly.NET.CSharp.Chart.Line<int, int, string>(new[] { 1 }, new[] { "
            + "2 }))")).Plain!);
        Assert.SkipUnless(RuntimeIdentifiers.Portable == "linux-x64", "libtorch's package is named for linux-x64 here");
        await session.RunAsync("#r \"nuget: TorchSharp, 0.107.0\"\n#r \"nuget: libtorch-cpu-linux-x64, 2.10.0\"");
        Assert.Equal("6",
            (await session.RunAsync("using TorchSharp;\ntorch.tensor(new[] { 1, 2, 3 }).sum().ToInt32()")).Plain);
    }

    [Fact]
    public async Task ARepeatedRestoreIsQuickAndAnotherVersionIsRefused()
    {
        Online.Require("Newtonsoft.Json", "13.0.3");
        using (var first = new Session()) await first.RunAsync("#r \"nuget: Newtonsoft.Json, 13.0.3\"");
        using var session = new Session();
        await session.RunAsync("1");
        var watch = Stopwatch.StartNew();
        await session.RunAsync("#r \"nuget: Newtonsoft.Json, 13.0.3\"");
        // 50 ms on a quiet machine: see the kernel's benchmark
        Assert.True(watch.ElapsedMilliseconds < 1000, $"{watch.ElapsedMilliseconds} ms");
        await session.RunAsync("#r \"nuget: Newtonsoft.Json\"");
        Assert.Equal("{}", (await session.RunAsync("new Newtonsoft.Json.Linq.JObject().ToString()")).Plain);
        var error = await session.FailAsync("\n#r \"nuget: Newtonsoft.Json, 12.0.1\"");
        Assert.Equal(("PackageError", 2), (error.Name, error.Line));
        Assert.Contains("12.0.1", error.Message);
        Assert.Contains("13.0.3", error.Message);
    }

    [Fact]
    public async Task APackageThatDoesNotExistIsSaid()
    {
        using var session = new Session();
        Online.Require("Newtonsoft.Json", "13.0.3");
        var error = await session.FailAsync("#r \"nuget: W2S.There.Is.No.Such.Package, 1.0.0\"");
        Assert.Equal("PackageError", error.Name);
        Assert.Contains("W2S.There.Is.No.Such.Package", error.Message);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal("2", (await session.RunAsync("1 + 1")).Plain);
    }

    [Fact]
    public async Task TheNotebooksOwnNuGetConfigurationCounts()
    {
        using var session = new Session();
        LocalPackage.Create(Feed(session), "W2S.Local.Probe", "1.2.3");
        Assert.Equal("1.2.3",
            (await session.RunAsync("#r \"nuget: W2S.Local.Probe, 1.2.3\"\nW2SLocalProbe.Version")).Plain);
        var error = await session.FailAsync("#r \"nuget: W2S.Local.Other, 1.0.0\"");
        Assert.Contains("no such package: W2S.Local.Other", error.Message);
    }

    [Fact]
    public async Task ALoadedFileMayUseAPackageAskedForAboveIt()
    {
        using var session = new Session();
        LocalPackage.Create(Feed(session), "W2S.Local.Above", "1.0.0");
        session.File("use.csx", "var version = W2SLocalAbove.Version;");
        Assert.Equal("1.0.0",
            (await session.RunAsync("#r \"nuget: W2S.Local.Above, 1.0.0\"\n#load \"use.csx\"\nversion")).Plain);
        var error = await session.FailAsync("#r \"nuget: W2S.Local.Gone, 1.0.0\"\n#load \"use.csx\"");
        Assert.Equal(("PackageError", 1), (error.Name, error.Line));
    }

    [Fact]
    public async Task AFloatingVersionIsLookedForAgainAfterADayAndKeptWhereItCannotBe()
    {
        using var session = new Session();
        var feed = Feed(session);
        var id = $"W2S.Local.Floating{Guid.NewGuid():N}";
        LocalPackage.Create(feed, id, "1.0.0");
        Assert.Equal("1.0.0", await RestoredAsync(session.Folder, new(id, "1.*")));
        LocalPackage.Create(feed, id, "1.1.0");
        Assert.Equal("1.0.0", await RestoredAsync(session.Folder, new(id, "1.*")));
        Age(id);
        Assert.Equal("1.1.0", await RestoredAsync(session.Folder, new(id, "1.*")));
        Directory.Delete(feed, recursive: true);
        Age(id);
        Assert.Equal("1.1.0", await RestoredAsync(session.Folder, new(id, "1.*")));
    }

    [Fact]
    public async Task ASourceThatIsGoneIsLeftOutAndSaid()
    {
        using var session = new Session();
        LocalPackage.Create(Feed(session), "W2S.Local.Still", "1.0.0");
        const string Gone = "https://127.0.0.1:9/v3/index.json";
        var host = await session.RunAsync(
            $"#i \"nuget: {Gone}\"\n#r \"nuget: W2S.Local.Still, 0.9.0\"\nW2SLocalStill.Version"); // it had that one
        Assert.Equal("1.0.0", host.Plain);
        Assert.Equal($"The package source {Gone} cannot be reached and is left out.\n", host.Error);
        var error = await session.FailAsync("#r \"nuget: W2S.Local.Gone, 1.0.0\"");
        Assert.Contains("no such package: W2S.Local.Gone", error.Message); // the source is not asked again
    }

    private static string Feed(Session session)
    {
        session.File("nuget.config", """
            <configuration>
              <config><add key="globalPackagesFolder" value="installed" /></config>
              <packageSources><clear /><add key="local" value="feed" /></packageSources>
            </configuration>
            """);
        return Directory.CreateDirectory(Path.Combine(session.Folder, "feed")).FullName;
    }

    private static async Task<string> RestoredAsync(string folder, PackageRequest request)
    {
        using var cell =
            new CellContext(CellSource.Cell("", folder), new CellOutput(new RecordingHost(), new object()),
            new Comms());
        return Assert.Single(
            (await PackageRestorer.RestoreAsync([request], [], folder, [request], cell)).Packages).Version;
    }

    private static void Age(string id)
    {
        var kept = Directory.EnumerateFiles(Path.Combine(PackageRestorer.CacheFolder, "packages"), "packages-2.json",
            SearchOption.AllDirectories);
        File.SetLastWriteTimeUtc(Assert.Single(kept, file => File.ReadAllText(file).Contains(id)),
            DateTime.UtcNow.AddHours(-25));
    }
}
