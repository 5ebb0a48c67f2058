using System.Globalization;
using TorchSharp;
using W2S.Models.Weights;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Data.Noise;

/// <summary>CIFAR-100N: the labels that people gave to CIFAR-100's training images (Wei et al., ICLR 2022).</summary>
public static class HumanLabels
{
    /// <summary>The published file below <see cref="DataFolder.Root"/>.</summary>
    internal const string Published = "cifar-100n/CIFAR-100_human.pt";

    private const string Table = "cifar-100n/cifar-100n.csv"; // the same labels as text

    /// <summary>Where the labels are, in either form.</summary>
    /// <returns>A full path, or null where neither is there.</returns>
    public static string? Find() => DataFolder.Find(Published) ?? DataFolder.Find(Table);

    /// <summary>Reads the labels that people gave.</summary>
    /// <param name="path">The published <c>.pt</c> file, of which nothing is executed, or a table with the columns
    /// <c>index,clean_label,noisy_label</c>; in the order of <c>train.bin</c>.</param>
    /// <param name="clean">The clean labels of the images, against which the file is held.</param>
    /// <returns>The noisy labels; of the whole file 40.20 % are wrong.</returns>
    /// <exception cref="ArgumentException">A clean label is outside CIFAR-100's classes.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not of this form, is damaged or cut short, or belongs to
    /// other images.</exception>
    internal static long[] Read(string path, IReadOnlyList<long> clean)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Checks.Labels(clean, Cifar100.SuperClasses.Count, nameof(clean));
        if (!File.Exists(path))
            throw new FileNotFoundException($"there is no {path}; get it with ./w2s data cifar-100n", path);
        var (stated, noisy) = path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) ? ReadTable(path)
            : ReadPublished(path);
        if (stated.Length != clean.Count)
        {
            throw new InvalidDataException(
                $"{path} has labels of {stated.Length} images where {clean.Count} are given; give CIFAR-100's whole "
                + "training part, or get the file again");
        }
        for (var i = 0; i < stated.Length; i++)
        {
            if (stated[i] != clean[i])
            {
                throw new InvalidDataException(
                    $"{path}: image {i} is of class {stated[i]} there and of class {clean[i]} here; give CIFAR-100's "
                    + "training part with fine labels, in its order");
            }
            if (noisy[i] is < 0 or > 99)
                throw new InvalidDataException($"{path}: image {i} has the label {noisy[i]}, outside 0 … 99");
        }
        return noisy;
    }

    private static (long[] Clean, long[] Noisy) ReadTable(string path)
    {
        var (clean, noisy) = (new List<long>(), new List<long>());
        foreach (var line in File.ReadLines(path).Skip(1).Where(line => line.Length > 0))
        {
            var cells = line.Split(',');
            if (cells.Length != 3 || !Number(cells[0], out var index) || !Number(cells[1], out var label)
                || !Number(cells[2], out var given)
                || index != clean.Count)
            {
                throw new InvalidDataException(
                    $"{path}: line {clean.Count + 2}, '{line}', is not 'index,clean_label,noisy_label' of image "
                    + $"{clean.Count}");
            }
            clean.Add(label);
            noisy.Add(given);
        }
        return ([.. clean], [.. noisy]);
    }

    private static (long[] Clean, long[] Noisy) ReadPublished(string path)
    {
        using var scope = NewDisposeScope();
        try
        {
            return PyTorchFile.Read(path) is Dictionary<object, object?> map
                ? (Column(map, "clean_label", path), Column(map, "noisy_label", path))
                : throw new InvalidDataException($"{path} is no table of labels by name");
        }
        catch (WeightFileException error)
        {
            throw new InvalidDataException($"{error.Message}; get it again with ./w2s data cifar-100n", error);
        }
    }

    private static long[] Column(Dictionary<object, object?> map, string name, string path) =>
        map.TryGetValue(name, out var value) && value is Tensor column && column.dim() == 1
            ? column.to(ScalarType.Int64).data<long>().ToArray()
            : throw new InvalidDataException($"{path} has no column {name}");

    private static bool Number(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
