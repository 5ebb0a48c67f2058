using System.IO.Compression;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using W2S.Kernel.Engine.Packages;
using W2S.Kernel.Notebooks;
using W2S.Kernel.Tests.Jupyter;
using W2S.Kernel.Tests.Notebooks;

namespace W2S.Kernel.Tests.Repository;

/// <summary>The three packages: what they are made of, and under <c>--long</c> what a reader does with them.</summary>
public sealed partial class PackageTests
{
    private static readonly string[] Packages = ["W2S", "W2S.Charts", "W2S.Kernel"];

    private static readonly string[] Properties = ["PackageId", "Version", "PackageLicenseExpression",
        "PackageReadmeFile", "Description", "RuntimeIdentifier", "IsPackable", "PackAsTool", "ToolCommandName",
        "NuGetLockFilePath"];

    // MSBuild is asked; nothing is built.
    [Fact]
    public async Task WhatIsPackedNamesLicenceReadmeAndNoPlatform()
    {
        var packages = await Task.WhenAll(Packages.Select(name => Evaluated(name, "-p:ArtifactsPath=none")));

        Assert.Single(packages.Select(package => Of(package, "Version")).Distinct());
        foreach (var (name, package) in Packages.Zip(packages))
        {
            Assert.Equal((name, "MIT", "README.md", "", "true"), (Of(package, "PackageId"),
                Of(package, "PackageLicenseExpression"), Of(package, "PackageReadmeFile"),
                Of(package, "RuntimeIdentifier"), Of(package, "IsPackable")));
            Assert.NotEqual("", Of(package, "Description"));
            string[] extension = name == "W2S.Charts" ? ["extension.dib"] : [];
            Assert.Equal(["LICENSE", "README.md", .. extension], Items(package, "None")
                .Where(item => (string?)item["Pack"] == "true")
                .Select(item => Path.GetFileName((string)item["Identity"]!)).Order(StringComparer.Ordinal));
            Assert.True(File.Exists(RepositoryRoot.Combine("lib", name, "README.md")));
        }
        Assert.Equal(["SkiaSharp", "SkiaSharp.NativeAssets.Linux.NoDependencies", "TorchSharp"],
            Dependencies(packages[0]));
        Assert.Equal(["Deedle", "Microsoft.DotNet.Interactive.Formatting", "Plotly.NET"], Dependencies(packages[1]));
        Assert.Equal(("true", "w2s-kernel"),
            (Of(packages[2], "PackAsTool"), Of(packages[2], "ToolCommandName")));
    }

    // The packages for CUDA are not on every registry: what can be checked anywhere is which ones are asked for.
    [Fact]
    public async Task WhatRunsHereNamesTheLibtorchThatWasAskedFor() => await Task.WhenAll(
        Names(["libtorch-cpu-linux-x64"], committed: true, "-p:RuntimeIdentifier=linux-x64", "-p:LibTorch=cpu"),
        Names(["libtorch-cuda-12.8-linux-x64"], false, "-p:RuntimeIdentifier=linux-x64", "-p:LibTorch=cuda"),
        Names(["libtorch-cuda-12.8-win-x64"], false, "-p:RuntimeIdentifier=win-x64", "-p:LibTorch=cuda"),
        Names([], false, "-p:RuntimeIdentifier=linux-x64", "-p:W2S_LIBTORCH=/opt/libtorch"));

    [Fact]
    public async Task TheyInstallAndWork()
    {
        LongProofs.SkipUnlessWanted("minutes, and packages of the registry");
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the program names libtorch for Linux");
        JupyterHome.Require("nbconvert");
        using var home = new JupyterHome();
        string Below(string name) => Path.Combine(home.Path, name);
        async Task Run(string program, params string[] arguments)
        {
            var start = home.Start(program, arguments);
            start.Environment["HOME"] = start.Environment["DOTNET_CLI_HOME"] = Below("user");
            start.Environment["NUGET_PACKAGES"] = Below("nuget"); // nothing of ours stays in the reader's cache
            foreach (var own in (string[])["JUPYTER_DATA_DIR", "XDG_DATA_HOME", "MSBuildSDKsPath", "MSBUILD_EXE_PATH"])
                start.Environment.Remove(own);
            var (code, text) = await JupyterHome.RunAsync(TimeSpan.FromMinutes(10), start);
            Assert.True(code == 0, text);
        }

        Directory.CreateDirectory(Below("user"));
        await Run(RepositoryRoot.Combine("w2s"), "pack", Below("packages"));
        var version = Path.GetFileNameWithoutExtension(Directory.GetFiles(Below("packages"), "W2S.Kernel.*").Single())
            ["W2S.Kernel.".Length..];
        foreach (var name in Packages) CheckPacked(Below($"packages/{name}.{version}.nupkg"));

        await Run("dotnet", "tool", "install", "--tool-path", Below("tool"), "--add-source", Below("packages"),
            "W2S.Kernel");
        await Run(Below("tool/w2s-kernel"), "install");
        var spec = JsonNode.Parse(File.ReadAllText(
            Below($"user/.local/share/jupyter/kernels/{NotebookMetadata.KernelName}/kernel.json")))!;
        Assert.True(Path.IsPathRooted((string)spec["argv"]![0]!), $"{spec["argv"]}");
        File.WriteAllText(Path.Combine(home.Work, "n.ipynb"), new JsonObject
        {
            ["cells"] = new JsonArray([.. new[]
            {
                "6 * 7",
                $"#i \"nuget:{Below("packages")}\"\n#r \"nuget: W2S.Charts, {version}\"",
                "using W2S.Charts;\nFigures.Histogram(\"H\", [(\"one\", [.1, .2, .4])], Measure.Loss)",
            }.Select(code => NotebookFile.Code(code))]),
            ["metadata"] = new JsonObject { ["kernelspec"] = NotebookMetadata.KernelSpec() },
            ["nbformat"] = 4,
            ["nbformat_minor"] = 4,
        }.ToJsonString());
        await Run(JupyterHome.Python, "-W", "ignore", "-m", "nbconvert", "--to", "notebook", "--execute", "--output",
            "done.ipynb", "n.ipynb");
        var done = File.ReadAllText(Path.Combine(home.Work, "done.ipynb"));
        Assert.Contains("42", done);
        Assert.Contains("\"application/vnd.plotly.v1+json\"", done); // by the package's extension

        File.WriteAllText(Path.Combine(home.Work, "Program.cs"), Program());
        File.WriteAllText(Path.Combine(home.Work, "Program.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <RestoreAdditionalProjectSources>{Below("packages")}</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="W2S" Version="{version}" />
                <PackageReference Include="W2S.Charts" Version="{version}" />
                <PackageReference Include="libtorch-cpu-linux-x64" Version="2.10.0" />
              </ItemGroup>
            </Project>
            """);
        await Run("dotnet", "run");
        Assert.Contains("plotly", File.ReadAllText(Path.Combine(home.Work, "chart.html")));
        Assert.True(new FileInfo(Path.Combine(home.Work, "images.png")).Length > 1_000);
    }

    private static async Task Names(string[] packages, bool committed, params string[] given)
    {
        var project = await Evaluated("W2S.Charts", given);
        Assert.Equal(packages, Items(project, "PackageReference").Select(item => (string)item["Identity"]!)
            .Where(name => name.StartsWith("libtorch-")));
        Assert.Equal(committed, Of(project, "NuGetLockFilePath").StartsWith("packages.")); // the lock file
    }

    private static void CheckPacked(string file)
    {
        using var package = ZipFile.OpenRead(file);
        var names = package.Entries.Select(entry => entry.FullName).ToList();
        Assert.Contains("LICENSE", names);
        Assert.Contains("README.md", names);
        using var nuspec = package.Entries.Single(entry => entry.Name.EndsWith(".nuspec")).Open();
        var words = XDocument.Load(nuspec);
        Assert.DoesNotContain("libtorch", words.ToString());
        Assert.Contains("<license type=\"expression\">MIT</license>", words.ToString());
        Assert.All(names.Where(name => name.EndsWith(".dll")), name => Assert.Matches(
            "^(lib/net10.0/|tools/net10.0/any/)", name)); // of no one platform
    }

    // What the readmes of both libraries tell to write, as one program.
    private static string Program()
    {
        var lines = new[] { "W2S", "W2S.Charts" }
            .Select(name => File.ReadAllText(RepositoryRoot.Combine("lib", name, "README.md")))
            .SelectMany(text => Block().Matches(text)).SelectMany(block => block.Groups[1].Value.Split('\n')).ToList();
        return string.Join('\n', lines.Where(IsUsing).Concat(lines.Where(line => !IsUsing(line))));

        static bool IsUsing(string line) => line.StartsWith("using ") && !line.StartsWith("using var ");
    }

    private static async Task<JsonNode> Evaluated(string name, params string[] given)
    {
        var (exit, log) = await SdkProcess.RunAsync(RepositoryRoot.Path, ["msbuild", $"lib/{name}/{name}.csproj",
            .. given, $"-getProperty:{string.Join(',', Properties)}", "-getItem:PackageReference,None"],
            TestContext.Current.CancellationToken);
        Assert.True(exit == 0, log);
        return JsonNode.Parse(log)!;
    }

    private static string Of(JsonNode package, string property) => (string)package["Properties"]![property]!;

    private static IEnumerable<JsonNode> Items(JsonNode package, string kind) =>
        package["Items"]![kind]!.AsArray().Select(item => item!);

    private static IEnumerable<string> Dependencies(JsonNode package) =>
        Items(package, "PackageReference").Where(item => (string?)item["PrivateAssets"] != "all")
            .Select(item => (string)item["Identity"]!).Order(StringComparer.Ordinal);

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
