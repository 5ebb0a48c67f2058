using System.Diagnostics;
using W2S.Kernel.Tests.Notebooks;

namespace W2S.Kernel.Tests.Repository;

/// <summary>When <c>./w2s run</c> builds: a copy of the script, four empty projects, and a <c>dotnet</c> that notes
/// what it was asked.</summary>
public sealed class EntryScriptTests : IDisposable
{
    private static readonly string[] Outputs =
    [
        "lib/W2S.Charts/bin/W2S.dll", "lib/W2S.Charts/bin/W2S.Charts.dll", "lib/W2S.Charts/bin/W2S.Sweeps.dll",
        "lib/W2S.Kernel/bin/W2S.Kernel.dll",
    ];

    private readonly TemporaryFolder folder = new();

    public EntryScriptTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the checkout's script is for Linux here");
        File.Copy(RepositoryRoot.Combine("w2s"), folder.File("w2s"));
        foreach (var project in new[] { "lib/W2S", "lib/W2S.Charts", "lib/W2S.Sweeps", "lib/W2S.Kernel" })
        {
            Directory.CreateDirectory(Path.Combine(folder.Path, project, "obj"));
            Directory.CreateDirectory(Path.Combine(folder.Path, project, "bin"));
            Write($"{project}/Code.cs", "1");
        }
        Write("global.json", "{}");
        Write("Directory.Build.props", "<Project/>");
        Write("tools/dotnet", $"""
            #!/bin/sh
            echo "$*" >>"{folder.Path}/asked"
            env >"{folder.Path}/environment"
            [ "$1" != build ] || echo "$AheadOfTime" >>"{folder.Path}/ahead"
            case $1-$2 in
              build-*/W2S.Sweeps.csproj | build-*.sln)
                cat "{folder.Path}"/lib/W2S/*.cs >"{folder.Path}/{Outputs[0]}"
                cat "{folder.Path}"/lib/W2S.Charts/*.cs >"{folder.Path}/{Outputs[1]}"
                cat "{folder.Path}"/lib/W2S.Sweeps/*.cs >"{folder.Path}/{Outputs[2]}" ;;
            esac
            case $1-$2 in
              build-*/W2S.Kernel.csproj | build-*.sln)
                cat "{folder.Path}"/lib/W2S.Kernel/*.cs >"{folder.Path}/{Outputs[3]}" ;;
            esac
            """);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder.File("tools/dotnet"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void WhatIsBuiltIsNotBuiltAgain()
    {
        Assert.Equal(2, BuildsOfARun());
        Assert.Equal(0, BuildsOfARun());
        Assert.EndsWith("/W2S.Kernel.dll run n.ipynb --quick", Asked()[^1]);
    }

    [Theory]
    [InlineData("lib/W2S/Code.cs")]
    [InlineData("lib/W2S.Charts/Code.cs")]
    [InlineData("lib/W2S.Kernel/More.cs")]
    [InlineData("global.json")]
    [InlineData("Directory.Build.props")]
    public void AChangedOrNewSourceIsBuilt(string source)
    {
        BuildsOfARun();
        Write(source, "2");
        Assert.Equal(2, BuildsOfARun());
        Assert.Equal(0, BuildsOfARun());
    }

    [Fact]
    public void AnOldFileThatCameOrWentIsNoticed()
    {
        Write("lib/W2S/Old.cs", "old");
        File.SetLastWriteTimeUtc(folder.File("lib/W2S/Old.cs"), DateTime.UtcNow.AddYears(-1));
        BuildsOfARun();
        File.Move(folder.File("lib/W2S/Old.cs"), folder.File("lib/W2S/Older.cs"));
        Assert.Equal(2, BuildsOfARun());
        File.Delete(folder.File("lib/W2S/Older.cs"));
        Assert.Equal(2, BuildsOfARun());
        Assert.Equal(0, BuildsOfARun());
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    public void AnOutputThatIsGoneOrAnothersIsMadeAgain(int which, bool gone)
    {
        BuildsOfARun();
        if (gone)
            File.Delete(folder.File(Outputs[which]));
        else
            Write(Outputs[which], "by another build");
        Assert.Equal(2, BuildsOfARun());
        Assert.Equal(0, BuildsOfARun());
    }

    [Fact]
    public void BuildAlwaysBuilds()
    {
        BuildsOfARun();
        Assert.Equal(2, Builds("build"));
    }

    [Fact]
    public void ABuildForCudaIsKeptToUntilTheNext()
    {
        string? Libtorch() => File.ReadAllLines(folder.File("environment")).SingleOrDefault(line =>
            line.StartsWith("LibTorch=", StringComparison.Ordinal));
        Builds("build", "--cuda");
        Assert.Equal("LibTorch=cuda", Libtorch());
        BuildsOfARun();
        Assert.Equal("LibTorch=cuda", Libtorch());
        Builds("build");
        Assert.Null(Libtorch());
        BuildsOfARun();
        Assert.Null(Libtorch());
    }

    [Fact]
    public void VariablesThatMSBuildWouldTakeForPropertiesAreLeftOut()
    {
        Builds("build");
        var names = File.ReadAllLines(folder.File("environment")).Select(line => line.Split('=')[0]).ToArray();

        Assert.Contains("W2S_TEST_GIVEN", names);
        Assert.DoesNotContain("OUTDIR", names);
        Assert.DoesNotContain("Platform", names);
    }

    [Fact]
    public void WhatTheTestsBuiltIsNotBuiltAgain()
    {
        Assert.Equal(1, Builds("test"));
        Assert.Equal(0, BuildsOfARun());
    }

    [Theory]
    [InlineData("", "run", "n.ipynb")]
    [InlineData("starts", "build")]
    [InlineData("starts", "test")]
    [InlineData("all", "kernel", "install")]
    public void WhatABuildCompilesAheadOfTimeIsUpToTheVerb(string what, params string[] arguments)
    {
        Builds(arguments);
        Assert.All(File.ReadAllLines(folder.File("ahead")), line => Assert.Equal(what, line));
    }

    [Fact]
    public void LongTestsAreAskedForByOneSwitch()
    {
        Builds("test", "Some");
        Assert.DoesNotContain("W2S_LONG=1", File.ReadAllLines(folder.File("environment")));
        Builds("test", "--long", "Some");
        Assert.Contains("W2S_LONG=1", File.ReadAllLines(folder.File("environment")));
        Assert.Contains("-filter /*/*/*Some*", Asked()[^1]);
    }

    [Theory]
    [InlineData("list", "lib/W2S.Kernel/bin/W2S.Kernel.dll script ROOT/notebooks/library.csx PLAN "
        + "ROOT/notebooks/sweep/sweep.csx -- PLAN")]
    [InlineData("status", "lib/W2S.Charts/bin/W2S.Sweeps.dll PLAN")]
    public void ASweepLoadsItsPlanOnlyWhereOneIsWanted(string verb, string started)
    {
        Directory.CreateDirectory(folder.File("notebooks/plans"));
        Write("notebooks/plans/mine.csx", "");
        var (root, plan) = (folder.Path, folder.File("notebooks/plans/mine.csx"));

        Assert.Equal(2, Builds("sweep", folder.File("notebooks/mine.ipynb"), verb, "--watch"));

        Assert.Equal($"{root}/{started.Replace("ROOT", root).Replace("PLAN", plan)} {verb} --watch", Asked()[^1]);
    }

    [Fact]
    public void AMissingPlanIsSaidBeforeAnythingIsBuilt()
    {
        var (code, said) = Run("sweep", "none.csx", "list");

        Assert.Equal((2, "w2s: there is no plan 'none.csx'; see notebooks/plans\n"), (code, said));
        Assert.False(File.Exists(folder.File("asked")));
    }

    private int BuildsOfARun() => Builds("run", "n.ipynb", "--quick");

    private int Builds(params string[] arguments)
    {
        File.Delete(folder.File("asked"));
        var (code, said) = Run(arguments);
        Assert.True(code == 0, said);
        return Asked().Count(line => line.StartsWith("build ", StringComparison.Ordinal));
    }

    private (int Code, string Said) Run(params string[] arguments)
    {
        var start =
            new ProcessStartInfo(folder.File("w2s"), arguments)
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true
            };
        start.Environment["PATH"] = $"{folder.File("tools")}:{start.Environment["PATH"]}";
        (start.Environment["W2S_TEST_GIVEN"], start.Environment["OUTDIR"],
            start.Environment["Platform"]) = ("1", "elsewhere", "x86");
        start.Environment["AheadOfTime"] = "elsewhere";
        start.Environment.Remove("W2S_LONG");
        using var script = Process.Start(start)!;
        var output = script.StandardOutput.ReadToEndAsync();
        var errors = script.StandardError.ReadToEnd();
        script.WaitForExit();
        return (script.ExitCode, errors + output.Result);
    }

    private string[] Asked() => File.ReadAllLines(folder.File("asked"));

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.File(name))!);
        File.WriteAllText(folder.File(name), text);
    }
}
