using System.Numerics;
using TorchSharp;
using W2S.Models.Weights;
using static TorchSharp.torch;

namespace W2S.Tests.Models.Weights;

/// <summary>Files that Debian's PyTorch wrote (tests/reference/torch_files.py) are read as they were meant, or
/// refused.</summary>
public sealed class PyTorchFileTests
{
    internal static string Reference(string name) =>
        Path.Combine(RealData.Root(), "tests", "reference", "torch-files", name);

    private static Dictionary<object, object?> Read(string name) =>
        Assert.IsType<Dictionary<object, object?>>(PyTorchFile.Read(Reference(name)));

    [Theory]
    [InlineData("tensors-zip.pth")]
    [InlineData("tensors-legacy.pth")]
    public void TensorsOfEveryType(string name)
    {
        using var scope = NewDisposeScope();
        var read = Read(name);
        Assert.Equal(17, read.Count);
        void Same(string key, Tensor expected)
        {
            var actual = Assert.IsType<Tensor>(read[key], exactMatch: false);
            Assert.Equal(expected.dtype, actual.dtype);
            Assert.Equal(expected.shape, actual.shape);
            Assert.True(expected.Equals(actual.contiguous()), $"{key} is {actual}");
        }

        var base12 = arange(12, ScalarType.Float32).view(3, 4);
        Same("f32", base12);
        Same("f64", tensor(new[] { 0.1, -1e300 }));
        Same("f16", tensor(new[] { 0.5f, -2f }).to(ScalarType.Float16));
        Same("bf16", tensor(new[] { 0.5f, -3f }).to(ScalarType.BFloat16));
        Same("i64", tensor(new[] { 1L << 40, -1L }));
        Same("i32", tensor(new[] { 7, -7 }));
        Same("i16", tensor(new short[] { 300, -300 }));
        Same("i8", tensor(new sbyte[] { -128, 127 }));
        Same("u8", tensor(new byte[] { 0, 255 }));
        Same("bool", tensor(new[] { true, false }));
        Same("transposed", base12.t().contiguous());
        Same("row", base12[1]);
        Same("scalar", tensor(3.25f));
        Same("empty", zeros(0, 3));
        Same("parameter", tensor(new[] { 4f }));
        Same("tied", tensor(new[] { 1.5f, -2.5f }));
    }

    [Fact]
    public void TensorsThatShareMemoryShareItAgain()
    {
        using var scope = NewDisposeScope();
        var read = Read("tensors-zip.pth");
        ((Tensor)read["tied"]!).fill_(7);
        Assert.Equal(7f, ((Tensor)read["tied_again"]!)[0].item<float>());
    }

    [Theory]
    [InlineData("numpy-zip.pt")]
    [InlineData("numpy-legacy.pt")]
    public void TheLayoutOfTheHumanLabels(string name)
    {
        using var scope = NewDisposeScope();
        var noisy = (Tensor)Read(name)["noisy_label"]!;
        Assert.Equal([3L, 1, 4, 1, 5], noisy.data<long>().ToArray());
    }

    [Fact]
    public void NumpyArrays()
    {
        using var scope = NewDisposeScope();
        var read = Read("arrays.pth");
        Assert.Equal([0.5f, -1.5f], ((Tensor)read["f2"]!).to(ScalarType.Float32).data<float>().ToArray());
        Assert.Equal([2L, 3], ((Tensor)read["f4"]!).shape);
        Assert.Equal([0.0, 1, 2, 3, 4, 5], ((Tensor)read["columns"]!).data<double>().ToArray());
        Assert.Equal([2L, 3], ((Tensor)read["columns"]!).shape);
        Assert.Equal([0, 200], ((Tensor)read["u1"]!).data<byte>().ToArray());
        Assert.Equal([1, 65535], ((Tensor)read["u2"]!).data<int>().ToArray());
        Assert.Equal([1L, 4294967295], ((Tensor)read["u4"]!).data<long>().ToArray());
        Assert.Equal([true, false], ((Tensor)read["b1"]!).data<bool>().ToArray());
        Assert.Equal(2.5, ((Tensor)read["zero"]!).item<double>());
        Assert.Equal(0.75, read["number"]);
        Assert.Equal(-3L, read["whole"]);
    }

    [Fact]
    public void LaterPickleProtocol()
    {
        using var scope = NewDisposeScope();
        var read = Read("arrays-protocol4.pth");
        Assert.Equal([0f, 1, 2], ((Tensor)read["f4"]!).data<float>().ToArray());
        Assert.Equal("ä€", read["text"]);
        Assert.Equal(BigInteger.Pow(2, 70), read["big"]);
    }

    [Fact]
    public void PlainContainers()
    {
        using var scope = NewDisposeScope();
        var read = Read("containers.pth");
        Assert.Equal([1L, 2.5, null, true, "x"], Assert.IsType<List<object?>>(read["list"]));
        var tuple = Assert.IsType<object?[]>(read["tuple"]);
        Assert.Equal([2L, 3L], Assert.IsType<object?[]>(tuple[1]));
        var deep = (Dictionary<object, object?>)((Dictionary<object, object?>)read["nested"]!)["deep"]!;
        Assert.Equal(1f, ((Tensor)((List<object?>)deep["er"]!)[0]!).item<float>());
        Assert.Equal([2L, 3L], Assert.IsType<List<object?>>(read["size"]));
        Assert.Equal([1L], Assert.IsType<List<object?>>(read["set"]));
        Assert.Equal([0, 255], Assert.IsType<byte[]>(read["bytes"]));
        Assert.Equal("five", read[5L]);
        Assert.Equal("cpu", read["device"]);
    }

    [Theory]
    [InlineData("namespace-zip.pth")]
    [InlineData("namespace-legacy.pth")]
    public void ANamespaceOfPlainValuesIsADict(string name)
    {
        using var scope = NewDisposeScope();
        var args = Assert.IsType<Dictionary<object, object?>>(Read(name)["args"], exactMatch: false);
        Assert.Equal(0.1, args["lr"]);
        Assert.Equal("run", args["name"]);
        Assert.Equal("/tmp/out", args["out"]);
        Assert.Equal("torch.float16", args["dtype"]);
        var inner = Assert.IsType<Dictionary<object, object?>>(args["inner"], exactMatch: false);
        Assert.Equal([1L, 2L], Assert.IsType<List<object?>>(inner["depth"]));
        Assert.Equal(1L, Assert.IsType<Dictionary<object, object?>>(args["counts"])["a"]);
    }

    [Theory]
    [InlineData("expanded-zip.pth")]
    [InlineData("expanded-legacy.pth")]
    public void TensorsWhoseElementsShareMemory(string name)
    {
        using var scope = NewDisposeScope();
        var read = Read(name);
        void Same(string key, Tensor expected)
        {
            var actual = (Tensor)read[key]!;
            Assert.Equal(expected.shape, actual.shape);
            Assert.Equal(expected.data<float>().ToArray(), actual.data<float>().ToArray());
            Assert.True(expected.Equals(actual.clone()), key);
        }

        Same("row", tensor(new float[,] { { 0, 1, 2 }, { 0, 1, 2 } }));
        Same("column", tensor(new float[,] { { 0, 0, 0 }, { 1, 1, 1 } }));
        Same("all", full([4, 5], 1.5f));
        Same("none", zeros(0));
        Same("scalar", full(3, 2.5f));
        Same("windows", tensor(new float[,] { { 0, 1, 2 }, { 1, 2, 3 }, { 2, 3, 4 } }));
    }

    [Theory]
    [InlineData("command-zip.pth", "posix.system")]
    [InlineData("command-legacy.pth", "posix.system")]
    [InlineData("function.pth", "torch.nn.functional.relu")]
    public void AnythingElseIsRefusedByName(string name, string refused)
    {
        var error = Assert.Throws<WeightFileException>(() => PyTorchFile.Read(Reference(name)));
        Assert.Contains($"'{refused}', which is refused", error.Message);
        Assert.Contains(name, error.Message);
        Assert.False(File.Exists("MARKER"), "the command in the file was run");
    }

    [Theory]
    [InlineData("big-endian.pth", "big-endian")]
    [InlineData("objects.pth", "holds a list, not numbers")]
    [InlineData("plain.pkl", "not of torch.save")]
    public void WhatCannotBeReadSaysWhy(string name, string reason) =>
        Assert.Contains(reason, Assert.Throws<WeightFileException>(() => PyTorchFile.Read(Reference(name))).Message);

    [Fact]
    public void AFlippedBitIsFoundByTheChecksum()
    {
        using var folder = new TemporaryFolder();
        var bytes = File.ReadAllBytes(Reference("tensors-zip.pth"));
        var at = bytes.AsSpan().IndexOf(BitConverter.GetBytes(3.25f)); // the number of 'scalar'
        Assert.True(at > 0);
        bytes[at] ^= 1;
        File.WriteAllBytes(folder["damaged.pth"], bytes);
        Assert.Contains("is damaged: its CRC-32",
            Assert.Throws<WeightFileException>(() => PyTorchFile.Read(folder["damaged.pth"])).Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(1000)]
    public void ACutFileSaysSo(int length)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["cut.pth"], File.ReadAllBytes(Reference("tensors-zip.pth"))[..length]);
        Assert.Contains("cut.pth: ",
            Assert.Throws<WeightFileException>(() => PyTorchFile.Read(folder["cut.pth"])).Message);
    }

    [Fact]
    public void AMissingFileSaysSo() =>
        Assert.Contains("there is no such file",
            Assert.Throws<WeightFileException>(() => PyTorchFile.Read("nowhere/x.pth")).Message);
}
