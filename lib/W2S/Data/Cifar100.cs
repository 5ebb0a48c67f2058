using TorchSharp;
using static TorchSharp.torch;

namespace W2S.Data;

/// <summary>The two parts in which a benchmark set is published.</summary>
public enum DataSplit
{
    /// <summary>The images to learn from.</summary>
    Train,

    /// <summary>The images to judge by.</summary>
    Test,
}

/// <summary>Which of its two labels names a CIFAR-100 image.</summary>
public enum Cifar100Labels
{
    /// <summary>One of 100 classes.</summary>
    Fine,

    /// <summary>One of 20 super-classes of five classes each.</summary>
    Coarse,
}

/// <summary>CIFAR-100 in its official binary form (Krizhevsky 2009): 32×32 RGB, 100 classes in 20
/// super-classes.</summary>
/// <remarks>
/// <c>train.bin</c> and <c>test.bin</c> hold 50,000 and 10,000 records of 3,074 bytes: super-class, class, then 1,024
/// bytes each of red, green and blue, row by row.
/// </remarks>
public static class Cifar100
{
    /// <summary>The folder's name below <see cref="DataFolder.Root"/>, as the official archive unpacks it.</summary>
    public const string Folder = "cifar-100-binary";

    private const int Pixels = 3 * 32 * 32;
    private const int Record = 2 + Pixels;
    private const int RecordsARead = 100; // 300 KB at a time: the buffer is no lasting part of memory

    /// <summary>The super-class of each of the 100 classes, in the order of the official class list.</summary>
    public static IReadOnlyList<int> SuperClasses { get; } =
    [
        4, 1, 14, 8, 0, 6, 7, 7, 18, 3, 3, 14, 9, 18, 7, 11, 3, 9, 7, 11, 6, 11, 5, 10, 7, 6, 13, 15, 3, 15, 0, 11, 1,
        10, 12, 14, 16, 9, 11, 5, 5, 19, 8, 8, 15, 13, 14, 17, 18, 10, 16, 4, 17, 4, 2, 0, 17, 4, 18, 17, 10, 3, 2, 12,
        12, 16, 12, 1, 9, 19, 2, 10, 0, 1, 16, 12, 9, 13, 15, 13, 16, 19, 2, 4, 6, 19, 5, 5, 8, 19, 18, 1, 2, 15, 6, 0,
        17, 8, 14, 13,
    ];

    /// <summary>Reads one part of the set.</summary>
    /// <param name="folder">The folder that holds <c>train.bin</c>, <c>test.bin</c> and the two lists of names.</param>
    /// <param name="split">Which part: 50,000 or 10,000 images.</param>
    /// <param name="labels">Which labels.</param>
    /// <returns>The images in the order of the file, owned by the caller.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">
    /// A file has another size than the official one, or holds a label that cannot be. (Altered pixels show only in a
    /// checksum, which <c>./w2s data cifar-100</c> compares.)
    /// </exception>
    public static ImageSet Read(string folder, DataSplit split, Cifar100Labels labels = Cifar100Labels.Fine)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var fine = labels == Cifar100Labels.Fine;
        var names =
            ReadNames(Existing(folder, fine ? "fine_label_names.txt" : "coarse_label_names.txt"), fine ? 100 : 20);
        var path = Existing(folder, split == DataSplit.Train ? "train.bin" : "test.bin");
        var count = split == DataSplit.Train ? 50_000 : 10_000;
        var size = new FileInfo(path).Length;
        if (size != (long)count * Record)
        {
            throw new InvalidDataException(
                $"{path} has {size:N0} bytes where {(long)count * Record:N0} are due: it is damaged or cut short; "
                + $"{Cure}");
        }
        using var scope = NewDisposeScope();
        var images = empty(count, 3, 32, 32, ScalarType.Byte, CPU);
        var numbers = ReadRecords(path, images.bytes, count, fine);
        return new ImageSet($"CIFAR-100 {(split == DataSplit.Train ? "train" : "test")}", images, numbers, names);
    }

    private const string Cure = "fetch it again with ./w2s data cifar-100";

    private static long[] ReadRecords(string path, Span<byte> pixels, int count, bool fine)
    {
        var numbers = new long[count];
        var buffer = new byte[RecordsARead * Record];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        for (var start = 0; start < count; start += RecordsARead)
        {
            file.ReadExactly(buffer);
            for (var k = 0; k < RecordsARead; k++)
            {
                var record = buffer.AsSpan(k * Record, Record);
                var (coarse, exact) = (record[0], record[1]);
                if (exact >= 100 || SuperClasses[exact] != coarse)
                {
                    throw new InvalidDataException(
                        $"{path}: image {start + k} has super-class {coarse} and class {exact}, which no image of "
                        + $"CIFAR-100 has: the file is damaged; {Cure}");
                }
                numbers[start + k] = fine ? exact : coarse;
                record[2..].CopyTo(pixels.Slice((start + k) * Pixels, Pixels));
            }
        }
        return numbers;
    }

    private static string[] ReadNames(string path, int count)
    {
        var names = File.ReadAllLines(path).Select(line => line.Trim()).Where(line => line.Length > 0).ToArray();
        return names.Length == count
            ? names
            : throw new InvalidDataException(
                $"{path} has {names.Length} names where {count} are due: it is damaged; {Cure}");
    }

    private static string Existing(string folder, string file)
    {
        var path = Path.Combine(folder, file);
        return File.Exists(path) ? path : throw new FileNotFoundException($"there is no {path}; {Cure}", path);
    }
}
