using System.Text;
using System.Text.Json;
using TorchSharp;
using W2S.Models.Weights;
using static TorchSharp.torch;

namespace W2S.Tests.Models.Weights;

public sealed class SafeTensorsFileTests
{
    [Fact]
    public void EveryTypeComesBackAsItWas()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>
        {
            ["a"] = randn(3, 4),
            ["b"] = randn(2, 2, 2).to(ScalarType.Float64),
            ["c"] = randn(5).to(ScalarType.BFloat16),
            ["d"] = randn(3).to(ScalarType.Float16),
            ["e"] = tensor(new[] { long.MinValue, 5 }),
            ["f"] = tensor(new[] { -1, 2, 3 }),
            ["g"] = tensor(new short[] { -7 }),
            ["h"] = tensor(new sbyte[] { -1, 1, 2 }),
            ["i"] = tensor(new byte[] { 0, 255, 3 }),
            ["j"] = tensor(new[] { true, false, true }),
            ["scalar"] = tensor(2.5f),
            ["empty"] = zeros(0, 7),
            ["turned"] = randn(4, 3).t(),
            ["last"] = randn(2, 3, 4, 5).permute(0, 2, 3, 1),
            ["name \"with\" ü"] = ones(1),
        };
        SafeTensorsFile.Write(folder["x.safetensors"], tensors,
            new Dictionary<string, string> { ["format"] = "pt", ["note"] = "ä\n\"" });
        var read = SafeTensorsFile.Read(folder["x.safetensors"]);
        Assert.Equal(tensors.Keys.Order(), read.Keys.Order());
        foreach (var (name, expected) in tensors)
        {
            Assert.Equal(expected.dtype, read[name].dtype);
            Assert.Equal(expected.shape, read[name].shape);
            Assert.True(expected.contiguous().Equals(read[name]), name);
        }
        var bytes = File.ReadAllBytes(folder["x.safetensors"]);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, (int)BitConverter.ToUInt64(bytes)));
        Assert.Equal("ä\n\"", header.RootElement.GetProperty("__metadata__").GetProperty("note").GetString());
        Assert.Equal(["x.safetensors"], folder.Files);
    }

    [Fact]
    public void TheBytesAreThoseOfTheFormat()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        SafeTensorsFile.Write(folder["x"],
            new Dictionary<string, Tensor> { ["w"] = tensor(new[] { 1f, -2f }), ["n"] = tensor(new[] { 3L }) });
        var bytes = File.ReadAllBytes(folder["x"]);
        var length = (int)BitConverter.ToUInt64(bytes);
        Assert.Equal(0, length % 8);
        Assert.Equal(
            """{"n":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"""
            + "\"w\":" + """{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""",
            Encoding.UTF8.GetString(bytes, 8, length).TrimEnd(' '));
        Assert.Equal(3L, BitConverter.ToInt64(bytes, 8 + length));
        Assert.Equal(-2f, BitConverter.ToSingle(bytes, 8 + length + 12));
        Assert.Equal(8 + length + 16, bytes.Length);
    }

    [Fact]
    public void ALengthThatReadsAsTheBeginningOfAZipFileIsALength()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor> { ["w"] = ones(2) };
        // 0x4B50 bytes, "PK" with the low byte first.
        var fill = 0x4B50 - 200;
        do SafeTensorsFile.Write(folder["x"], tensors, new Dictionary<string, string> { ["fill"] = new('.', ++fill) });
        while (File.ReadAllBytes(folder["x"])[..2] is not [(byte)'P', (byte)'K'] && fill < 0x4B50);

        Assert.Equal("PK"u8.ToArray(), File.ReadAllBytes(folder["x"])[..2]);
        Assert.Single(SafeTensorsFile.Read(folder["x"]));
    }

    [Fact]
    public void AFileThatIsThereIsReplacedOrLeftWhole()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        File.WriteAllText(folder["x"], "old");
        Assert.Contains("complex128",
            Assert.ThrowsAny<Exception>(() => SafeTensorsFile.Write(folder["x"], new Dictionary<string, Tensor>
            {
                ["bad"] = zeros(1, ScalarType.ComplexFloat64),
            })).Message.ToLowerInvariant().Replace("complexfloat64", "complex128"));
        Assert.Equal("old", File.ReadAllText(folder["x"]));
        SafeTensorsFile.Write(folder["x"], new Dictionary<string, Tensor> { ["w"] = ones(2) });
        Assert.Single(SafeTensorsFile.Read(folder["x"]));
        Assert.Equal(["x"], folder.Files);
        Assert.ThrowsAny<IOException>(
            () => SafeTensorsFile.Write(Path.Combine(folder["nowhere"], "x"), new Dictionary<string, Tensor>()));
    }

    [Theory]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, null)]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 12, "8 bytes, but 12 follow")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "8 bytes, but 4 follow")]
    [InlineData("""{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "does not fit its bytes")]
    [InlineData("""{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "shape or range that is none")]
    [InlineData("""{"w":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}""", 8,
        "does not fit its bytes")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""", 16,
        "starts at byte 8 of the numbers instead of 0")]
    [InlineData(
        """
        {"v":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"w":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}
        """, 6, "starts at byte 2")]
    [InlineData("""{"w":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}""", 2, "'F8_E4M3', which is not read")]
    [InlineData(
        """
        {"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}
        """, 1, "twice")]
    [InlineData("""{"w":{"dtype":"U8","shape":[1]}}""", 1, "lacks its dtype")]
    [InlineData("""{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"more":1}}""", 1, "does not know")]
    [InlineData("""{"w":[[[[[[]]]]]]}""", 0, "no JSON")]
    [InlineData("""{"w":1}""", 0, "no JSON")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "'Number'")]
    [InlineData("""{"w":{"dtype":"U8","shape":["1"],"data_offsets":[0,1]}}""", 1, "no JSON")]
    [InlineData("""{"w":{"dtype":""", 0, "no JSON")]
    [InlineData("""{} x""", 0, "no JSON")]
    public void WhatIsWrongIsSaid(string header, int body, string? reason)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var json = Encoding.UTF8.GetBytes(header);
        File.WriteAllBytes(folder["x"], [.. BitConverter.GetBytes((ulong)json.Length), .. json, .. new byte[body]]);
        if (reason is null)
            Assert.Single(SafeTensorsFile.Read(folder["x"]));
        else
            Assert.Contains(reason,
                Assert.Throws<WeightFileException>(() => SafeTensorsFile.Read(folder["x"])).Message);
    }

    [Fact]
    public void AHeaderLongerThanTheFileIsFound()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["x"], [255, 255, 255, 255, 255, 255, 255, 127, (byte)'{']);
        Assert.Contains("the header claims",
            Assert.Throws<WeightFileException>(() => SafeTensorsFile.Read(folder["x"])).Message);
    }
}
