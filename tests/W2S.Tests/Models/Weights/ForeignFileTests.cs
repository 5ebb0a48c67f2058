using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using TorchSharp;
using W2S.Models;
using W2S.Models.Weights;
using static TorchSharp.torch;

namespace W2S.Tests.Models.Weights;

/// <summary>Files that are often found in the place of a weight file are said to be what they are, with the
/// cure.</summary>
public sealed class ForeignFileTests
{
    private static void IsSaidToBe(string path, params string[] parts)
    {
        using var scope = NewDisposeScope();
        using var model = ModelCatalogue.Create("resnet8", 10);
        foreach (var read in new Action[] { () => model.LoadWeights(path), () => WeightFiles.Read(path),
            () => PyTorchFile.Read(path) })
        {
            var message = Assert.Throws<WeightFileException>(read).Message;
            Assert.All(parts.Prepend(path), part => Assert.Contains(part, message));
        }
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "a Git LFS pointer",
        "git lfs pull")]
    [InlineData("<!DOCTYPE html><html><body>Sign in</body></html>", "a web page (HTML", "download the file itself")]
    [InlineData("\ufeff \r\n <HTML>", "a web page (HTML", "download the file itself")]
    [InlineData("<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "a web page (HTML or XML",
        "download the file itself")]
    [InlineData("{\"error\":{\"code\":404}}", "text that begins '{\"error\"", "give the file")]
    [InlineData("Not Found", "text that begins 'Not Found'", "give the file")]
    [InlineData("", "empty (0 bytes)", "fetch or save it again")]
    public void Text(string text, string kind, string cure)
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "x.pth", "x.safetensors" })
        {
            File.WriteAllBytes(folder[name], Encoding.UTF8.GetBytes(text));
            IsSaidToBe(folder[name], kind, cure);
            Assert.Contains(kind, Assert.Throws<WeightFileException>(() => SafeTensorsFile.Read(folder[name])).Message);
        }
    }

    [Fact]
    public void Archives()
    {
        using var folder = new TemporaryFolder();
        var content = new byte[2000];
        using (var gzip = new GZipStream(File.Create(folder["x.pth.gz"]), CompressionLevel.Fastest))
            gzip.Write(content);
        IsSaidToBe(folder["x.pth.gz"], "packed with gzip", "unpack it");
        using (var tar = new TarWriter(File.Create(folder["x.tar"])))
            tar.WriteEntry(
                new UstarTarEntry(TarEntryType.RegularFile, "w.pth") { DataStream = new MemoryStream(content) });
        IsSaidToBe(folder["x.tar"], "a tar archive", "unpack it");
        using (var zip = ZipFile.Open(folder["x.zip"], ZipArchiveMode.Create))
        {
            using var entry = zip.CreateEntry("models/w.pth").Open();
            entry.Write(content);
        }
        IsSaidToBe(folder["x.zip"], "a zip archive of 'models/w.pth'", "unpack it");
        File.WriteAllBytes(folder["x.h5"], [0x89, .. "HDF\r\n\x1a\n"u8, .. content]);
        IsSaidToBe(folder["x.h5"], "an HDF5 file");
    }

    [Fact]
    public void ATorchScriptFile() =>
        IsSaidToBe(PyTorchFileTests.Reference("script.pt"), "a TorchScript file",
            "torch.jit.load('file.pt').state_dict()");

    [Fact]
    public void AFolder()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["weights"]);
        IsSaidToBe(folder["weights"], "it is a folder; give the weight file itself");
        File.WriteAllText(Path.Combine(folder["weights"], "model.safetensors"), "");
        IsSaidToBe(folder["weights"], "it is a folder; give a file in it: model.safetensors");
        File.WriteAllText(Path.Combine(folder["weights"], "data.pkl"), "");
        IsSaidToBe(folder["weights"], "a PyTorch file that was unpacked");
    }

    [Fact]
    public void TheFormatIsToldByTheContentWhateverTheName()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        SafeTensorsFile.Write(folder["x.pth"], new Dictionary<string, Tensor> { ["w"] = ones(2) });
        Assert.Equal("safetensors", WeightFiles.Read(folder["x.pth"]).Format);
        Assert.Contains("it is a file of the format safetensors, not of PyTorch zip or PyTorch legacy",
            Assert.Throws<WeightFileException>(() => PyTorchFile.Read(folder["x.pth"])).Message);
        File.Copy(PyTorchFileTests.Reference("checkpoint.pth"), folder["x.safetensors"]);
        Assert.Equal("PyTorch zip", WeightFiles.Read(folder["x.safetensors"]).Format);
        Assert.Contains("it is a file of the format PyTorch zip, not of safetensors",
            Assert.Throws<WeightFileException>(() => SafeTensorsFile.Read(folder["x.safetensors"])).Message);
    }
}
