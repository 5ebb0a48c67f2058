using System.Buffers.Binary;
using System.IO.Compression;
using TorchSharp;
using W2S.Models.Weights;
using static TorchSharp.torch;

namespace W2S.Tests.Models.Weights;

/// <summary>Zip files whose records are deflated, as other writers than PyTorch make them.</summary>
public sealed class ZipRecordsTests
{
    private static void Deflate(string from, string to)
    {
        using var source = ZipFile.OpenRead(from);
        using var target = ZipFile.Open(to, ZipArchiveMode.Create);
        foreach (var record in source.Entries)
        {
            using var read = record.Open();
            using var write = target.CreateEntry(record.FullName, CompressionLevel.SmallestSize).Open();
            read.CopyTo(write);
        }
    }

    private static byte[] Zeros(int size)
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("a", CompressionLevel.SmallestSize).Open();
            for (var left = size; left > 0; left -= 1 << 16)
                entry.Write(new byte[Math.Min(left, 1 << 16)]);
        }
        return memory.ToArray();
    }

    private static unsafe void Fails(string reason, byte[] bytes)
    {
        fixed (byte* start = bytes)
        {
            var view = new ByteView(start, bytes.Length);
            Assert.Contains(reason, Assert.Throws<WeightFileException>(() =>
            {
                using var zip = new ZipRecords(view);
                zip.Read("a");
            }).Message);
        }
    }

    // Where the directory's entry keeps the size that its record has unpacked.
    private static Span<byte> Size(byte[] bytes) => bytes.AsSpan(bytes.AsSpan().IndexOf("PK\x01\x02"u8) + 24, 4);

    [Fact]
    public void DeflatedRecordsAreReadAsStoredOnes()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var stored = PyTorchFileTests.Reference("tensors-zip.pth");
        Deflate(stored, folder["x.pth"]);
        var expected = (Dictionary<object, object?>)PyTorchFile.Read(stored)!;
        var read = (Dictionary<object, object?>)PyTorchFile.Read(folder["x.pth"])!;
        Assert.Equal(expected.Keys, read.Keys);
        Assert.All(expected,
            entry => Assert.True(((Tensor)entry.Value!).Equals((Tensor)read[entry.Key]!), $"{entry.Key}"));
    }

    [Fact]
    public void ASizeThatIsNotTheRecordsIsFound()
    {
        var bytes = Zeros(100_000);
        BinaryPrimitives.WriteInt32LittleEndian(Size(bytes), 100_001);
        Fails("unpacks to 100000 bytes instead of 100001", bytes);
        BinaryPrimitives.WriteInt32LittleEndian(Size(bytes), 99_999);
        Fails("record 'a' is damaged", bytes);
        BinaryPrimitives.WriteInt32LittleEndian(Size(bytes), 1 << 30);
        Fails("more than its", bytes);
    }

    [Fact]
    public void AFileThatUnpacksToFarTooMuchIsRefusedBeforeItIs()
    {
        var bytes = Zeros((int)ZipRecords.MostExtra + 30 * 100_000);
        Fails("too much for a file of", bytes);
    }

    [Fact]
    public void DamageInsideIsFound()
    {
        var bytes = Zeros(100_000);
        bytes[40] ^= 0x55;
        Assert.Contains("record 'a'", Assert.Throws<WeightFileException>(() => Read(bytes)).Message);
        static unsafe void Read(byte[] bytes)
        {
            fixed (byte* start = bytes)
            {
                using var zip = new ZipRecords(new ByteView(start, bytes.Length));
                zip.Read("a");
            }
        }
    }
}
