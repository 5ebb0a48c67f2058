using System.Text.Json.Nodes;
using W2S.Kernel.Jupyter;
using W2S.Kernel.Notebooks;

namespace W2S.Kernel.Tests.Jupyter;

public sealed class KernelInstallerTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("w2s-install-").FullName;
    private readonly List<string> said = [];

    public KernelInstallerTests()
    {
        Directory.CreateDirectory(Path.Combine(root, "program", "runtimes"));
        File.WriteAllText(Path.Combine(root, "program", "W2S.Kernel.dll"), "dll");
        File.WriteAllText(Path.Combine(root, "program", "runtimes", "native.so"), "so");
    }

    private string Prefix => Path.Combine(root, "prefix");

    private string Kernels => Path.Combine(Prefix, "share", "jupyter", "kernels");

    public void Dispose() => Directory.Delete(root, recursive: true);

    private void Run(string verb, params string[] more) =>
        KernelCommand.Run([verb, "--prefix", Prefix, .. more], Path.Combine(root, "program"), said.Add);

    [Fact]
    public void WritesAKernelThatNeedsNoBuild()
    {
        Run("install");
        var folder = Path.Combine(Kernels, ".net-csharp");
        var spec = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "kernel.json")))!;
        Assert.Equal((NotebookMetadata.DisplayName, NotebookMetadata.Language, "message"),
            ((string?)spec["display_name"], (string?)spec["language"], (string?)spec["interrupt_mode"]));
        var argv = spec["argv"]!.AsArray().Select(one => (string)one!).ToArray();
        Assert.Equal(
            [Path.Combine(folder, "bin", "W2S.Kernel.dll"), "jupyter", "--connection-file",
                "{connection_file}"], argv[1..]);
        Assert.True(File.Exists(argv[1]));
        Assert.True(File.Exists(Path.Combine(folder, "bin", "runtimes", "native.so")));
        Assert.Equal([".net-csharp"], Directory.EnumerateFileSystemEntries(Kernels).Select(Path.GetFileName));
        Assert.Equal(["kernels"],
            Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(Kernels)!).Select(Path.GetFileName));
    }

    [Fact]
    public void InstallingAgainReplacesOurs()
    {
        Run("install");
        File.WriteAllText(Path.Combine(root, "program", "W2S.Kernel.dll"), "newer");
        Run("install");
        Assert.Equal("newer", File.ReadAllText(Path.Combine(Kernels, ".net-csharp", "bin", "W2S.Kernel.dll")));
        Assert.Equal(2, said.Count);
        Assert.Equal(["kernels"],
            Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(Kernels)!).Select(Path.GetFileName));
    }

    [Fact]
    public void AForeignKernelIsKeptAsideSaidAndBroughtBack()
    {
        var file = Path.Combine(Kernels, ".net-csharp", "kernel.json");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, """{"argv":["dotnet","interactive"],"display_name":"other","language":"C#"}""");
        Run("install");
        Assert.Contains(said, line => line.Contains("another program's kernel '.net-csharp' was there: it is kept in"));
        Assert.True(KernelSpec.Read(Path.GetDirectoryName(file)!)!.IsOurs);
        Run("uninstall");
        Assert.Contains("interactive", File.ReadAllText(file));
        Assert.Contains("stays", Assert.Throws<KernelRefusedException>(() => Run("uninstall")).Message);
    }

    [Fact]
    public void NamesAreFree()
    {
        Run("install", "--name", "csharp-w2s");
        Assert.Equal(["csharp-w2s"],
            KernelInstaller.List([Path.Combine(Prefix, "share", "jupyter")]).Select(spec => spec.Name));
        Run("uninstall", "--name", "csharp-w2s");
        Assert.Empty(Directory.EnumerateFileSystemEntries(Kernels));
    }

    [Fact]
    public void ANameThatComesAgainIsHiddenByTheFirst()
    {
        Run("install");
        var (first, second) = (Path.Combine(Prefix, "share", "jupyter"), Path.Combine(root, "second"));
        foreach (var name in new[] { ".net-csharp", "other" })
        {
            Directory.CreateDirectory(Path.Combine(second, "kernels", name));
            File.WriteAllText(Path.Combine(second, "kernels", name, "kernel.json"), "{}");
        }
        Assert.Equal([(".net-csharp", true), ("other", false)],
            KernelInstaller.List([first, second]).Select(spec => (spec.Name, spec.IsOurs)));
    }

    [Theory]
    [InlineData("no kernel '.net-csharp'", "uninstall")]
    [InlineData("is no kernel name", "install", "--name", "../up")]
    [InlineData("'--nmae' does not fit", "install", "--nmae", "x")]
    [InlineData("'--user' does not fit", "install", "--user")] // beside --prefix
    public void WhatDoesNotFitIsSaid(string message, string verb, params string[] more) =>
        Assert.Contains(message, Assert.Throws<KernelRefusedException>(() => Run(verb, more)).Message);

    [Fact]
    public void AnUnknownVerbIsSaid() =>
        Assert.Contains("got 'kernel instal'",
            Assert.Throws<KernelRefusedException>(() => KernelCommand.Run(["instal"], root, said.Add)).Message);
}
