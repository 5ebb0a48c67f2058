using TorchSharp;
using W2S.Models;
using W2S.Models.Weights;
using static TorchSharp.torch;

namespace W2S.Tests.Models.Weights;

public sealed class OnnxFileTests
{
    private static string Write(TemporaryFolder folder, params IEnumerable<(int, byte[])> graph)
    {
        File.WriteAllBytes(folder["x.onnx"], OnnxWriter.Model("a program", graph));
        return folder["x.onnx"];
    }

    [Fact]
    public void EveryTypeAndWayOfWritingIsRead()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var path = Write(folder, OnnxWriter.Sample());
        Assert.True(new FileInfo(path).Length < 20_000);
        var file = WeightFiles.Read(path);
        var tensors = file.Tensors;
        Dictionary<string, Tensor> expected = new()
        {
            ["floats"] = tensor(new[] { 1f, -2 }).view(2, 1),
            ["pieces"] = tensor(new[] { 1f, 2, 3 }),
            ["single"] = tensor(2f),
            ["raw"] = tensor(new[] { 1f, -2 }),
            ["doubles"] = tensor(new[] { 0.5 }),
            ["longs"] = tensor(new[] { 0L, 300, -1, long.MaxValue }),
            ["ints"] = tensor(new[] { 7, -7 }),
            ["halves"] = tensor(new[] { 1f, -2 }).to(ScalarType.Float16),
            ["flags"] = tensor(new[] { false, true, true }),
            ["none"] = zeros(0, 4),
            ["bytes"] = tensor(new byte[] { 3, 4 }).view(1, 2),
        };
        Assert.Equal(expected.Keys.Order(), tensors.Keys.Order());
        Assert.All(expected, entry =>
        {
            Assert.Equal(entry.Value.dtype, tensors[entry.Key].dtype);
            Assert.True(entry.Value.shape.AsSpan().SequenceEqual(tensors[entry.Key].shape), entry.Key);
            Assert.True(entry.Value.Equals(tensors[entry.Key]), entry.Key);
        });
        Assert.Equal("ONNX", file.Format);
    }

    public static TheoryData<string, byte[], string> Wrong => new()
    {
        { "too few", Made(OnnxWriter.Tensor("w", [3], 1, OnnxWriter.Floats(1, 2))), "tensor 'w' of Float32 [3] has 2" },
        { "cut", Made(OnnxWriter.Tensor("w", [1], 1, OnnxWriter.Raw(1, 2, 3))), "'w' has 3 bytes of numbers" },
        { "negative", Made(OnnxWriter.Tensor("w", [-1], 1, OnnxWriter.Floats(1))), "tensor 'w' of Float32 [-1] has 1" },
        { "huge", Made(OnnxWriter.Tensor("w", [1L << 40, 1L << 40], 1)), "has 0 numbers" },
        { "text", Made(OnnxWriter.Tensor("w", [1], 8)), "'w' is of ONNX's type 8, which is not read; convert it to" },
        { "both", Made(OnnxWriter.Tensor("w", [1], 1, OnnxWriter.Floats(1), OnnxWriter.Raw(0, 0, 0, 0))),
            "'w' has its numbers more than once" },
        { "other's", Made(OnnxWriter.Tensor("w", [1], 1, OnnxWriter.Numbers(7, 1))), "in field 7, which is another" },
        { "outside", Made(OnnxWriter.Tensor("w", [1], 1, OnnxWriter.Message(8, OnnxWriter.Text("w")),
            OnnxWriter.Number(14, 1))), "'w' has its numbers in another file, which is not read; save" },
        { "twice", Made(OnnxWriter.Tensor("w", [0], 1), OnnxWriter.Tensor("w", [0], 1)), "'w' is there twice" },
        { "no tensors", Made((2, OnnxWriter.Text("g"))), "an ONNX model of 0 nodes without a tensor" },
        { "no graph", [8, 3, .. OnnxWriter.Message(2, OnnxWriter.Text("CNTK"))], "it holds no graph" },
        { "shape", Made(OnnxWriter.Tensor("w", [.. Enumerable.Repeat(1L, 65)], 1)), "a shape of more than 64 sizes" },
        { "cut off", Made(OnnxWriter.Tensor("w", [1], 1, OnnxWriter.Floats(1)))[..^20], "fetch it again" },
        { "endless", [8, 3, 0x12, .. Enumerable.Repeat((byte)0xff, 12)], "a number of more than 10 bytes" },
        { "kind", [8, 3, 0x12, 0, 0x0b], "the model has a field of kind 3, which is none, at byte 5; the file" },
    };

    private static byte[] Made(params (int, byte[])[] graph) => OnnxWriter.Model("a program", graph);

    [Theory]
    [MemberData(nameof(Wrong))]
    public void WhatIsWrongIsSaidInOneLineWithTheFile(string what, byte[] bytes, string said)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        File.WriteAllBytes(folder[what], bytes);
        var message = Assert.Throws<WeightFileException>(() => WeightFiles.Read(folder[what])).Message;
        Assert.StartsWith($"{folder[what]}: ", message);
        Assert.Contains(said, message);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void TheOtherReadersSayWhatItIs()
    {
        using var folder = new TemporaryFolder();
        var path = Write(folder, OnnxWriter.Sample());
        Assert.Contains("it is a file of the format ONNX, not of",
            Assert.Throws<WeightFileException>(() => PyTorchFile.Read(path)).Message);
        Assert.Contains("it is a file of the format ONNX, not of",
            Assert.Throws<WeightFileException>(() => SafeTensorsFile.Read(path)).Message);
    }

    [Fact]
    public void NamesOfTheNetworkAreTakenAsTheyAre()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = ModelCatalogue.Create("resnet8", 4);
        using var other = ModelCatalogue.Create("resnet8", 4);
        var path = Write(folder, Weights(model).Select(entry => OnnxWriter.Tensor($"module.{entry.Key}",
            entry.Value.shape, 1, OnnxWriter.Floats([.. entry.Value.data<float>()]))));
        Assert.True(other.LoadWeights(path).Complete);
        Assert.All(Weights(model), entry => Assert.True(entry.Value.Equals(other.state_dict()[entry.Key]), entry.Key));
    }

    /// <summary>Two networks that differ in their blocks, so that a rule for one alone fails.</summary>
    [Theory]
    [InlineData("resnet8", "a program")]
    [InlineData("resnet14", "CNTK")]
    public void NamesThatSayNothingAreToldByTheGraph(string name, string producer)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = ModelCatalogue.Create(name, 4);
        using var other = ModelCatalogue.Create(name, 4);
        using var nothing = no_grad();
        FormulaWeights.Fill(model);
        var head = other.state_dict()["fc.weight"].clone();
        File.WriteAllBytes(folder["x"], OnnxWriter.Model(producer, OnnxWriter.Residual(Weights(model))));
        var report = other.LoadWeights(folder["x"], keepHead: true);
        Assert.True(report.Complete, report.ToString());
        Assert.Contains(report.Notes, note => note.Contains("told by the graph", StringComparison.Ordinal));
        Assert.Equal(producer == "CNTK", report.Notes.Any(note => note.Contains("blue", StringComparison.Ordinal)));
        foreach (var (key, expected) in Weights(model))
        {
            if (key.StartsWith("fc.", StringComparison.Ordinal))
                continue;
            var turned = producer == "CNTK" && key == "conv1.weight" ? expected.flip(1) : expected;
            Assert.True(turned.Equals(other.state_dict()[key]), key);
        }
        Assert.True(head.Equals(other.state_dict()["fc.weight"]));
    }

    [Fact]
    public void AGraphOfAnotherNetworkIsRefusedAndNothingChanges()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = ModelCatalogue.Create("resnet8", 4);
        using var longer = ModelCatalogue.Create("resnet14", 4);
        var before = model.state_dict()["conv1.weight"].clone();
        foreach (var (graph, said) in new[] { (OnnxWriter.Residual(Weights(longer)), "6 sums where the network has 3"),
            (OnnxWriter.Residual(Weights(model)).Where(part => part.Field == 5).ToList(), "0 sums"),
            (Folded(OnnxWriter.Residual(Weights(model))), "folded") })
        {
            File.WriteAllBytes(folder["x"], OnnxWriter.Model("CNTK", graph));
            var message = Assert.Throws<WeightFileException>(
                () => model.LoadWeights(folder["x"], keepHead: true)).Message;
            Assert.Contains(said, message);
            Assert.Contains("give the network it was made from", message);
            Assert.True(before.Equals(model.state_dict()["conv1.weight"]));
        }

        // The first convolution takes a third input: a bias.
        static List<(int Field, byte[] Content)> Folded(List<(int Field, byte[] Content)> graph)
        {
            graph[0] = (1, [.. graph[0].Content, .. OnnxWriter.Message(1, OnnxWriter.Text("bias"))]);
            return graph;
        }
    }

    [Fact]
    public unsafe void TwoTensorsOfOneNameAreRefused()
    {
        using var scope = NewDisposeScope();
        var bytes = OnnxWriter.Model("CNTK", OnnxWriter.Residual(OnnxWriter.SmallWeights())
            .Append(OnnxWriter.Tensor("conv1.weight", [0], 1)));
        fixed (byte* start = bytes)
        {
            var graph = OnnxFile.Parse(new ByteView(start, bytes.Length));
            Assert.Contains("the network's 'conv1.weight', but another tensor has that name already",
                Assert.Throws<WeightFileException>(() => ResidualNames.Apply(graph, OnnxWriter.SmallNames)).Message);
        }
    }

    private static Dictionary<string, Tensor> Weights(ImageModel model) => model.state_dict()
        .Where(entry => !entry.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal))
        .ToDictionary(entry => entry.Key, entry => entry.Value.detach());
}
