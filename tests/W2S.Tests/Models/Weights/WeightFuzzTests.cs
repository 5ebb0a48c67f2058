using System.Diagnostics;
using System.Text;
using TorchSharp;
using W2S.Models.Weights;
using static TorchSharp.torch;

namespace W2S.Tests.Models.Weights;

/// <summary>
/// Damaged weight files of all formats: each is read or refused with a clear error, within memory in proportion
/// to its size, and runs nothing. A failure names the round, which repeats it.
/// </summary>
public sealed class WeightFuzzTests(ITestOutputHelper output)
{
    [Fact]
    public void DamagedFilesEndInAClearError()
    {
        var seeds = WeightMutator.Seeds();
        Assert.True(seeds.Count >= 15, $"only {seeds.Count} files to start from");
        ReadOrRefused(seeds, "safetensors", "zip", "legacy", "ONNX");
    }

    [Fact]
    public void DamagedOnnxFilesEndInAClearError()
    {
        var seeds = WeightMutator.OnnxSeeds();
        Assert.All(seeds, seed => Assert.InRange(seed.Length, 100, 20_000));
        ReadOrRefused(seeds, "ONNX");
    }

    private void ReadOrRefused(List<byte[]> seeds, params string[] forms)
    {
        var rounds = LongProofs.Rounds(sample: 10_000, whole: 1_000_000);
        var marker = Path.Combine(Environment.CurrentDirectory, "MARKER");
        var (read, refused, most) = (0, 0, 0.0);
        var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var watch = Stopwatch.StartNew();
        for (var round = 0; round < rounds; round++)
        {
            var bytes = WeightMutator.Mutate(seeds, new Random(round));
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                if (Parse(bytes, out var message))
                    read++;
                else
                    refused++;
                var outcome = $"{Form(bytes)}: {Outcome(message)}";
                outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
                Assert.True(message is null || message.Length is > 10 and < 2000,
                    $"round {round}: the error is '{message}'");
            }
            catch (Exception error) when (error is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"round {round} ({bytes.Length} bytes): {error}");
            }
            // An object takes up to some hundred bytes where the file has one or two for it.
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            most = Math.Max(most, allocated / Math.Max(100.0, bytes.Length));
            Assert.True(allocated < 200_000 + 300L * bytes.Length,
                $"round {round}: {allocated} bytes were allocated for a file of {bytes.Length}");
        }
        Assert.All(forms, form =>
            Assert.True(outcomes.ContainsKey($"{form}: read") && outcomes.ContainsKey($"{form}: damaged"),
                $"no {form} file was read, or none refused"));
        Assert.False(File.Exists(marker), "a command in a file was run");
        Assert.True(read > rounds / 100 && refused > rounds / 4,
            $"{read} read, {refused} refused: the damage is of one kind only");
        output.WriteLine(
            $"{rounds} files in {watch.Elapsed.TotalSeconds:f1} s: {read} read, {refused} refused; at most {most:f0} "
            + "bytes of objects a byte of file");
        foreach (var (outcome, count) in outcomes)
            output.WriteLine($"{count,8} {outcome}");
    }

    private static string Form(byte[] bytes) =>
        bytes.Length > 8 && bytes[8] == '{' ? "safetensors"
            : bytes.AsSpan().StartsWith("PK"u8) ? "zip" : bytes is [0x80, ..] ? "legacy"
            : bytes is [0x08, ..] ? "ONNX" : "unknown form";

    private static string Outcome(string? message) => message switch
    {
        null => "read",
        _ when message.Contains("which is refused", StringComparison.Ordinal)
            || message.Contains("it is refused", StringComparison.Ordinal) => "refused by name",
        _ when message.Contains("no state dict", StringComparison.Ordinal) => "no state dict",
        _ => "damaged",
    };

    private static unsafe bool Parse(byte[] bytes, out string? message)
    {
        using var scope = NewDisposeScope();
        message = null;
        fixed (byte* start = bytes)
        {
            try
            {
                var view = new ByteView(start, bytes.Length);
                if (OnnxFile.IsOne(view) && OnnxFile.Parse(view) is { } graph
                    && graph.Nodes.Any(node => node.Operator == "Add"))
                {
                    ResidualNames.Apply(graph, OnnxWriter.SmallNames);
                }
                // Half of the PyTorch files hold more than a state dict: read them whole.
                var whole = bytes.Length > 0 && bytes[^1] % 2 == 0 && !OnnxFile.IsOne(view)
                    && !(bytes.Length > 8 && bytes[8] == '{');
                var tensors = whole ? Tensors(PyTorchFile.Parse(view))
                    : [.. WeightFiles.Parse(view).Tensors.Values];
                foreach (var tensor in tensors)
                    Assert.True(Touched(tensor) * tensor.element_size() <= bytes.Length * Most(bytes),
                        "a tensor takes more memory than its file may ask for");
                return true;
            }
            catch (WeightFileException error)
            {
                message = error.Message;
                return false;
            }
        }
    }

    // Elements of an expanded tensor are one in memory.
    private static long Touched(Tensor tensor) => tensor.numel() == 0 ? 0
        : 1 + tensor.shape.Zip(tensor.stride(), (size, stride) => (size - 1) * stride).Sum();

    // One deflated byte holds up to 1032; one byte of an ONNX file may be a whole number of eight.
    private static long Most(byte[] bytes) => bytes.AsSpan().StartsWith("PK"u8) ? 1032 : bytes[0] == 0x08 ? 8 : 4;

    private static List<Tensor> Tensors(object? root)
    {
        List<Tensor> found = [];
        if (root is Dictionary<object, object?> map)
            found.AddRange(map.Values.OfType<Tensor>());
        return found;
    }
}
