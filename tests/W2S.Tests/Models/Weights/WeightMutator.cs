using System.IO.Compression;
using System.Text;
using TorchSharp;
using W2S.Models.Weights;
using static TorchSharp.torch;

namespace W2S.Tests.Models.Weights;

/// <summary>Damages weight files: anywhere, or inside the pickle or header with lengths and checksums made right
/// again.</summary>
internal static class WeightMutator
{
    private static readonly long[] Telling =
        [0, 1, -1, 127, 255, 256, 32767, 65535, 65536, int.MaxValue, uint.MaxValue, 1L << 40, long.MaxValue,
            long.MinValue, 1L << 62];

    private static readonly string[] Words =
        ["cos\nsystem\n", "cbuiltins\neval\n", "R", "b", "Q", "\x81", "(", "t", ".", "]", "}", "u", "e", "h\0", "q\0",
            "\x8e", "B", "X", "F32", "U8",
         "\"shape\":[", "\"data_offsets\":[", "{", "}", ",", "99999999999999999999", "-1", "9223372036854775807",
         "__metadata__", "Conv", "Add", "Parameter7", "\x08\x01", "\x0a\x04", "\x12", "\x22\x04", "\x4a\x08",
         "PK\x05\x06", "PK\x01\x02"];

    private static readonly List<(int Field, byte[] Content)>[] OnnxParts = MakeOnnxParts();

    private static List<(int Field, byte[] Content)>[] MakeOnnxParts()
    {
        using var scope = NewDisposeScope();
        return [OnnxWriter.Sample(), OnnxWriter.Residual(OnnxWriter.SmallWeights())];
    }

    public static List<byte[]> Seeds()
    {
        List<byte[]> seeds = [.. Directory.GetFiles(Path.GetDirectoryName(PyTorchFileTests.Reference("x"))!).Order(
            StringComparer.Ordinal).Select(File.ReadAllBytes)];
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        SafeTensorsFile.Write(folder["a"], new Dictionary<string, Tensor>
        {
            ["conv1.weight"] = ones(2, 3, 1, 1),
            ["bn1.bias"] = zeros(5),
            ["n"] = tensor(new[] { 7L }),
            ["flag"] = tensor(new[] { true }),
            ["none"] = zeros(0, 4),
        }, new Dictionary<string, string> { ["format"] = "pt" });
        SafeTensorsFile.Write(folder["b"], new Dictionary<string, Tensor> { ["w"] = ones(3).to(ScalarType.BFloat16) });
        seeds.AddRange(OnnxSeeds());
        byte[][] good = [File.ReadAllBytes(folder["a"]), File.ReadAllBytes(folder["b"]),
            .. seeds.Where(seed => seed.AsSpan().IndexOf("system"u8) < 0)];
        return [.. seeds, .. good, .. good];
    }

    /// <summary>ONNX models: one of every type of tensor, one with a residual network's graph.</summary>
    public static List<byte[]> OnnxSeeds() => [.. OnnxParts.Select(parts => OnnxWriter.Model("CNTK", parts))];

    public static byte[] Mutate(List<byte[]> seeds, Random random)
    {
        var bytes = seeds[random.Next(seeds.Count)];
        if (random.Next(2) == 0)
            return Damage(bytes, seeds, random);
        if (bytes.AsSpan().StartsWith("PK"u8))
            return RebuildZip(bytes, seeds, random);
        if (bytes.Length > 8 && bytes[8] == '{')
            return RebuildHeader(bytes, seeds, random);
        if (bytes.Length > 0 && bytes[0] == 0x08)
            return RebuildOnnx(seeds, random);
        return Damage(bytes, seeds, random);
    }

    private static byte[] RebuildOnnx(List<byte[]> seeds, Random random)
    {
        List<(int Field, byte[] Content)> parts = [.. OnnxParts[random.Next(OnnxParts.Length)]];
        var at = random.Next(parts.Count);
        parts[at] = (parts[at].Field, Damage(parts[at].Content, seeds, random));
        return OnnxWriter.Model("CNTK", parts);
    }

    private static byte[] Damage(byte[] bytes, List<byte[]> seeds, Random random)
    {
        List<byte> made = [.. bytes];
        for (var count = random.Next(1, 1 + random.Next(1, 5)); count > 0 && made.Count > 0; count--)
        {
            var at = random.Next(made.Count);
            var length = Math.Min(random.Next(1, 1 << random.Next(1, 8)), made.Count - at);
            switch (random.Next(12)) // the small ones oftener: they get further in
            {
                case 0 or 8 or 9: made[at] ^= (byte)(1 << random.Next(8)); break;
                case 1 or 10: made[at] = (byte)random.Next(256); break;
                case 2 or 11:
                    var number =
                        BitConverter.GetBytes(Telling[random.Next(Telling.Length)]).AsSpan(0, 1 << random.Next(4));
                    for (var index = 0; index < number.Length && at + index < made.Count; index++)
                        made[at + index] = number[index];
                    break;
                case 3: made.RemoveRange(at, length); break;
                case 4: made.InsertRange(at, made.GetRange(at, length)); break;
                case 5: made.InsertRange(at, Encoding.Latin1.GetBytes(Words[random.Next(Words.Length)])); break;
                case 6:
                    var other = seeds[random.Next(seeds.Count)];
                    var from = random.Next(other.Length);
                    made.InsertRange(at, other.AsSpan(from, Math.Min(length, other.Length - from)).ToArray());
                    break;
                default: made.RemoveRange(at, random.Next(4) == 0 ? made.Count - at : 1); break;
            }
        }
        return [.. made];
    }

    private static byte[] RebuildZip(byte[] bytes, List<byte[]> seeds, Random random)
    {
        using var target = new MemoryStream();
        using (var source = new ZipArchive(new MemoryStream(bytes)))
        using (var zip = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true))
        {
            var level = random.Next(3) == 0 ? CompressionLevel.SmallestSize : CompressionLevel.NoCompression;
            foreach (var record in source.Entries)
            {
                using var content = new MemoryStream();
                using (var stream = record.Open())
                    stream.CopyTo(content);
                var damaged = record.Name == "data.pkl" || random.Next(8) == 0
                    ? Damage(content.ToArray(), seeds, random) : content.ToArray();
                using var made = zip.CreateEntry(record.FullName, level).Open();
                made.Write(damaged);
            }
        }
        return target.ToArray();
    }

    private static byte[] RebuildHeader(byte[] bytes, List<byte[]> seeds, Random random)
    {
        var length = (int)BitConverter.ToUInt64(bytes);
        var header = Damage(bytes[8..(8 + length)], seeds, random);
        return [.. BitConverter.GetBytes((ulong)header.Length), .. header, .. bytes[(8 + length)..]];
    }
}
