using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using W2S.DataScripts;
using W2S.Tests.Data;

namespace W2S.Tests.DataScripts;

public sealed class DataScriptsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FileServer _server = new();
    private readonly HttpClient _client = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _messages = new();
    private readonly byte[] _data = new byte[300_000];
    private readonly Manifest _manifest;

    public DataScriptsTests()
    {
        new Random(1).NextBytes(_data);
        _server.Content = Archive(_data);
        _manifest = new()
        {
            Name = "toy",
            Title = "a toy set",
            Terms = "none",
            Page = "nowhere",
            Downloads = [new($"{_server.Address}/toy.tar.gz", "toy.tar.gz", _server.Content.Length,
                Md5: Convert.ToHexStringLower(MD5.HashData(_server.Content)), Unpack: ".")],
            Files = [new("toy/train.bin", _data.Length, Sha256: [Convert.ToHexStringLower(SHA256.HashData(_data))])],
        };
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Root => _folder.At("data");

    private string Target => Path.Combine(Root, "toy", "train.bin");

    public void Dispose()
    {
        _server.Dispose();
        _client.Dispose();
        _folder.Dispose();
    }

    private static byte[] Archive(byte[] data)
    {
        using var memory = new MemoryStream();
        using (var zip = new GZipStream(memory, CompressionLevel.NoCompression, leaveOpen: true))
        using (var tar = new TarWriter(zip))
        {
            tar.WriteEntry(
                new PaxTarEntry(TarEntryType.RegularFile, "toy/train.bin") { DataStream = new MemoryStream(data) });
        }
        return memory.ToArray();
    }

    private Task<int> RunAsync(params string[] arguments) => RunAsync(_manifest, arguments);

    private Task<int> RunAsync(Manifest manifest, params string[] arguments) =>
        new Command([manifest], Root, _client, _output, new Progress(_messages, watched: false))
            .RunAsync(arguments, Cancel);

    private void AssertHere()
    {
        Assert.Equal(_data, File.ReadAllBytes(Target));
        Assert.False(Directory.Exists(Path.Combine(Root, ".fetching")), "the workplace is cleared");
    }

    [Fact]
    public async Task DownloadsOnceAndThenDoesNothing()
    {
        Assert.Equal(0, await RunAsync("toy"));
        AssertHere();
        var written = File.GetLastWriteTimeUtc(Target);
        Assert.Equal(0, await RunAsync("toy"));
        Assert.Equal(written, File.GetLastWriteTimeUtc(Target));
        Assert.Single(_server.Requests);
        Assert.Contains("here and right", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATransferThatBreaksOffGoesOnWhereItStopped()
    {
        _server.BreakAfter.Enqueue(100_000);
        _server.BreakAfter.Enqueue(50_000);
        Assert.Equal(0, await RunAsync("toy"));
        AssertHere();
        Assert.Equal(["", "bytes=100000-", "bytes=150000-"], _server.Requests);
        Assert.Contains("broke off after 100,000 bytes", _messages.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnEarlierRunsPartIsUsedAndAServerWithoutRangesBeginsAgain()
    {
        var part = Path.Combine(Root, ".fetching", "toy", "toy.tar.gz.part");
        Directory.CreateDirectory(Path.GetDirectoryName(part)!);
        File.WriteAllBytes(part, _server.Content[..120_000]);
        Assert.Equal(0, await RunAsync("toy"));
        AssertHere();
        Assert.Equal(["bytes=120000-"], _server.Requests);

        File.Delete(Target);
        Directory.CreateDirectory(Path.GetDirectoryName(part)!);
        File.WriteAllBytes(part, new byte[1000]);
        _server.Ranges = false;
        Assert.Equal(0, await RunAsync("toy"));
        AssertHere();
    }

    [Fact]
    public async Task AWholePartNeedsNoMoreBytes()
    {
        var part = Path.Combine(Root, ".fetching", "toy", "toy.tar.gz.part");
        Directory.CreateDirectory(Path.GetDirectoryName(part)!);
        File.WriteAllBytes(part, _server.Content);
        Assert.Equal(0, await RunAsync("toy"));
        AssertHere();
    }

    [Fact]
    public async Task AnAnswerThatIsWrongIsKeptAsideAndFetchedAgain()
    {
        var wrong = _server.Content.ToArray();
        wrong[5000] ^= 1;
        _server.First.Enqueue(wrong);
        Assert.Equal(0, await RunAsync("toy"));
        Assert.Equal(_data, File.ReadAllBytes(Target));
        Assert.Equal(wrong, File.ReadAllBytes(Path.Combine(Root, ".fetching", "toy", "toy.tar.gz.bad")));
        Assert.Contains("has MD5", _messages.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAnswerThatStaysWrongEndsWithOneLine()
    {
        _server.Content[5000] ^= 1;
        Assert.Equal(1, await RunAsync("toy"));
        Assert.Contains("gave a wrong file twice", _messages.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(Target));
    }

    [Theory]
    [InlineData("short")]
    [InlineData("altered")]
    [InlineData("empty")]
    public async Task ADamagedFileIsNamedKeptAsideAndFetchedAgain(string damage)
    {
        Assert.Equal(0, await RunAsync("toy"));
        var bytes = damage switch { "short" => _data[..1000], "empty" => [], _ => [.. _data[..^1], (byte)~_data[^1]] };
        File.WriteAllBytes(Target, bytes);
        Assert.Equal(0, await RunAsync("toy"));
        AssertHere();
        Assert.Equal(bytes, File.ReadAllBytes($"{Target}.bad"));
        Assert.Contains($"kept aside as {Target}.bad", _messages.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutANetworkThereIsOneLine()
    {
        _server.Dispose();
        Assert.Equal(1, await RunAsync("toy"));
        var line = Assert.Single(_messages.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries),
            text => text.StartsWith("w2s: toy: cannot reach", StringComparison.Ordinal));
        Assert.Contains("--from", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAddressThatIsGoneIsSaid()
    {
        _server.Status = 404;
        Assert.Equal(1, await RunAsync("toy"));
        Assert.Contains("answers 404", _messages.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ALocalArchiveOrFolderServesAsWell()
    {
        var archive = _folder.At("copy.tar.gz");
        File.WriteAllBytes(archive, _server.Content);
        Assert.Equal(0, await RunAsync("toy", "--from", archive));
        AssertHere();
        File.Delete(Target);

        Directory.CreateDirectory(_folder.At("with-archive"));
        File.Copy(archive, _folder.At("with-archive", "toy.tar.gz"));
        Assert.Equal(0, await RunAsync("toy", "--from", _folder.At("with-archive")));
        AssertHere();

        foreach (var inner in new[] { "", "toy" })
        {
            File.Delete(Target);
            Directory.CreateDirectory(_folder.At("copy", "toy"));
            File.WriteAllBytes(_folder.At("copy", "toy", "train.bin"), _data);
            Assert.Equal(0, await RunAsync("toy", "--from", _folder.At("copy", inner)));
            AssertHere();
        }
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task AWrongLocalCopyChangesNothing()
    {
        var archive = _folder.At("toy.tar.gz");
        File.WriteAllBytes(archive, _server.Content[..^1]);
        Assert.Equal(1, await RunAsync("toy", "--from", archive));
        Assert.Contains("are due; nothing was changed", _messages.ToString(), StringComparison.Ordinal);
        Directory.CreateDirectory(_folder.At("copy", "toy"));
        File.WriteAllBytes(_folder.At("copy", "toy", "train.bin"), _data[..^1]);
        Assert.Equal(1, await RunAsync("toy", "--from", _folder.At("copy")));
        Directory.CreateDirectory(_folder.At("nothing"));
        Assert.Equal(1, await RunAsync("toy", "--from", _folder.At("nothing")));
        Assert.Contains("holds nothing of the set", _messages.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(Target));
        Assert.True(File.Exists(archive));
        Assert.False(Directory.Exists(Path.Combine(Root, ".fetching")));
    }

    [Fact]
    public async Task FoldersOfImagesAreCountedAndACutImageIsNamed()
    {
        var manifest = _manifest
            with
        {
            Files = [],
            Downloads = [],
            Folders = [new("toy/a", 3), new("toy/b", 2)],
            Comment = "Make it by hand."
        };
        byte[] jpeg = [0xff, 0xd8, 1, 2, 3, 0xff, 0xd9];
        foreach (var name in new[] { "a/1.jpg", "a/2.jpg", "b/1.jpg" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.At("copy", "toy", name))!);
            File.WriteAllBytes(_folder.At("copy", "toy", name), jpeg);
        }
        Assert.Equal(1, await RunAsync(manifest, "toy"));
        Assert.Contains("Make it by hand.", _messages.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await RunAsync(manifest, "toy", "--from", _folder.At("copy")));
        Assert.Contains("(3 of 5 images)", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await RunAsync(manifest, "toy"));
        Assert.Contains("a part is here and right", _output.ToString(), StringComparison.Ordinal);

        File.WriteAllBytes(Path.Combine(Root, "toy", "a", "2.jpg"), jpeg[..5]);
        Assert.Equal(0, await RunAsync(manifest, "toy", "--from", _folder.At("copy")));
        Assert.Contains("2.jpg is cut short: kept aside", _messages.ToString(), StringComparison.Ordinal);
        Assert.Equal(jpeg, File.ReadAllBytes(Path.Combine(Root, "toy", "a", "2.jpg")));
    }

    [Fact]
    public async Task MiniImageNetComesFromTheReadersOwnFolderAndSaysItsTerms()
    {
        var manifest = Manifest.ReadAll(AppContext.BaseDirectory).Single(manifest => manifest.Name == "mini-imagenet");
        Assert.Empty(manifest.Downloads); // nobody may pass it on
        Assert.Equal((64, 16, 20), (Classes("train"), Classes("val"), Classes("test")));
        Assert.Equal(1, await RunAsync(manifest, "mini-imagenet"));
        Assert.Contains("accept ImageNet's terms", _messages.ToString(), StringComparison.Ordinal);

        byte[] jpeg = [0xff, 0xd8, 1, 2, 3, 0xff, 0xd9];
        foreach (var folder in manifest.Folders)
        {
            Directory.CreateDirectory(_folder.At("copy", folder.Path));
            File.WriteAllBytes(_folder.At("copy", folder.Path, "1.jpg"), jpeg);
        }
        Assert.Equal(0, await RunAsync(manifest, "mini-imagenet", "--from", _folder.At("copy")));
        Assert.Contains("(100 of 60,000 images)", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(jpeg, File.ReadAllBytes(Path.Combine(Root, "mini-imagenet", "test", "n01930112", "1.jpg")));
        Assert.Equal(0, await RunAsync(manifest));
        Assert.Contains("non-commercial research", _output.ToString(), StringComparison.Ordinal);

        int Classes(string part) =>
            manifest.Folders.Count(
                folder => folder.Path.StartsWith($"mini-imagenet/{part}/", StringComparison.Ordinal));
    }

    private Manifest Packaged(string version = "1.0.0") => _manifest with
    {
        Downloads = [],
        Package = new("W2S.Toy", version, 0.3, [new("tools/models/train.bin", "toy/train.bin")]),
    };

    // A package of the set's file, as package sources hold one.
    private string MakePackage(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "w2s.toy.1.0.0.nupkg");
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        using (var text = new StreamWriter(zip.CreateEntry("W2S.Toy.nuspec").Open()))
        {
            text.Write("""
                <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"><metadata><id>W2S.Toy</id>
                <version>1.0.0</version><authors>nobody</authors><description>a toy</description>
                <dependencies><dependency id="W2S.NotThere" version="1.0.0" /></dependencies></metadata></package>
                """);
        }
        using var content = zip.CreateEntry("tools/models/train.bin").Open();
        content.Write(_data);
        return path;
    }

    [Fact]
    public async Task APackageComesThroughTheReadersOwnSourcesAlone()
    {
        MakePackage(_folder.At("source"));
        File.WriteAllText(_folder.At("NuGet.config"), $"""
            <configuration>
              <packageSources><clear /><add key="toy" value="{_folder.At("source")}" /></packageSources>
            </configuration>
            """);
        Assert.Equal(0, await RunAsync(Packaged(), "toy"));
        AssertHere();
        Assert.Contains("Terms: none", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("here and right", await Again(), StringComparison.Ordinal);

        File.Delete(Target);
        Assert.Equal(1, await RunAsync(Packaged("2.0.0"), "toy"));
        Assert.Contains("cannot fetch W2S.Toy 2.0.0 (NU11", _messages.ToString(), StringComparison.Ordinal);
        Assert.Contains("dotnet nuget list source), or give the package with --from", _messages.ToString(),
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Root, ".fetching")), "the workplace is cleared");

        async Task<string> Again()
        {
            Assert.Equal(0, await RunAsync(Packaged(), "toy"));
            return _output.ToString();
        }
    }

    [Fact]
    public async Task APackageOrItsFilesServeAsWell()
    {
        var package = MakePackage(_folder.At("given"));
        Directory.CreateDirectory(_folder.At("unpacked", "tools", "models"));
        File.WriteAllBytes(_folder.At("unpacked", "tools", "models", "train.bin"), _data);
        Directory.CreateDirectory(_folder.At("installed", "toy"));
        File.WriteAllBytes(_folder.At("installed", "toy", "train.bin"), _data);
        string[] sources = [package, _folder.At("given"), _folder.At("unpacked"), _folder.At("unpacked", "tools"),
            _folder.At("unpacked", "tools", "models"), _folder.At("installed")];
        foreach (var source in sources)
        {
            Assert.Equal(0, await RunAsync(Packaged(), "toy", "--from", source));
            AssertHere();
            File.Delete(Target);
        }
        File.WriteAllBytes(_folder.At("unpacked", "tools", "models", "train.bin"), _data[..^1]);
        File.WriteAllBytes(_folder.At("cut.nupkg"), File.ReadAllBytes(package)[..^100]);
        Directory.CreateDirectory(_folder.At("nothing"));
        foreach (var (source, said) in new[] { (_folder.At("unpacked"), "are due; nothing was changed"),
            (_folder.At("cut.nupkg"), "is no package ("),
            (_folder.At("nothing"), "neither w2s.toy.1.0.0.nupkg nor tools/models/train.bin") })
        {
            Assert.Equal(1, await RunAsync(Packaged(), "toy", "--from", source));
            Assert.Contains(said, _messages.ToString(), StringComparison.Ordinal);
            Assert.False(File.Exists(Target));
        }
    }

    [Fact]
    public async Task WithoutANameTheSetsAreListedAndBadCommandsRefused()
    {
        Assert.Equal(0, await RunAsync());
        Assert.Contains("not here", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, await RunAsync("tov"));
        Assert.Contains("there is no set 'tov'; the sets are toy", _messages.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, await RunAsync("toy", "--from"));
        Assert.Equal(2, await RunAsync("toy", "--fast"));
        Assert.Equal(2, await RunAsync("toy", "--from", _folder.At("absent")));
        Assert.Equal(2, await RunAsync("--from", _folder.Path));
    }

    [Fact]
    public void TheCommittedManifestsAreWhole()
    {
        var manifests = Manifest.ReadAll(AppContext.BaseDirectory);
        Assert.Equal(["cifar-100", "cifar-100n", "eurosat", "imagenet-resnet18", "imagenet-weights", "mini-imagenet",
                "weights"],
            manifests.Select(manifest => manifest.Name));
        Assert.All(manifests, manifest =>
        {
            Assert.True(manifest.Files.Count + manifest.Folders.Count > 0);
            Assert.Equal(manifest.Package?.Files.Select(file => file.Place) ?? [],
                manifest.Files.Select(file => file.Path).Where(_ => manifest.Package is not null));
            Assert.All(manifest.Downloads, download =>
            {
                Assert.StartsWith("https://", download.Address, StringComparison.Ordinal);
                Assert.True(download.Md5 is not null || download.Sha256 is not null);
                Assert.True(download.Unpack is null != download.Place is null);
            });
        });
        Assert.Equal(6, manifests.Single(manifest => manifest.Name == "weights").Files.Count);
        Assert.Equal(27_000,
            manifests.Single(manifest => manifest.Name == "eurosat").Folders.Sum(folder => folder.Images));
    }

    [Fact]
    public void TheScriptListsTheSets()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "get.ps1 serves Windows");
        var repository = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(repository, "W2S.Notebooks.sln")))
        {
            repository = Path.GetDirectoryName(repository)!;
        }
        var start =
            new ProcessStartInfo(Path.Combine(repository, "data-scripts", "get"))
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true
            };
        start.Environment["W2S_DATA"] = Root;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.Contains($"data folder: {Root}", output, StringComparison.Ordinal);
        Assert.Contains("eurosat", output, StringComparison.Ordinal);
    }
}
