using System.Globalization;

namespace W2S.Data;

/// <summary>CIFAR-100N: the labels that people gave to CIFAR-100's training images (Wei et al., ICLR 2022).</summary>
public static class HumanLabels
{
    /// <summary>The file below <see cref="DataFolder.Root"/>.</summary>
    public const string File = "cifar-100n/cifar-100n.csv";

    /// <summary>Reads them.</summary>
    /// <param name="path">A file with the columns <c>index,clean_label,noisy_label</c>, one line for each image in the order of
    /// <c>train.bin</c>.</param>
    /// <param name="clean">The clean labels of the images, against which the file is held.</param>
    /// <returns>The noisy labels; of the whole file 40.20 % are wrong.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A line is not of this form, is missing, or belongs to another image.</exception>
    public static NoisyLabels Read(string path, IReadOnlyList<long> clean)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(clean);
        if (!System.IO.File.Exists(path)) throw new FileNotFoundException($"there is no {path}; get it with ./w2s data cifar-100n", path);
        var noisy = new long[clean.Count];
        var read = 0;
        foreach (var line in System.IO.File.ReadLines(path).Skip(1))
        {
            if (line.Length == 0) continue;
            var cells = line.Split(',');
            if (cells.Length != 3 || !Number(cells[0], out var index) || !Number(cells[1], out var label) || !Number(cells[2], out var given)
                || index != read || given is < 0 or > 99)
            {
                throw new InvalidDataException($"{path}: line {read + 2}, '{line}', is not 'index,clean_label,noisy_label' of image {read}");
            }
            if (read == clean.Count || clean[read] != label)
            {
                throw new InvalidDataException(read == clean.Count
                    ? $"{path} has more than the {clean.Count} images given; give the whole of CIFAR-100's training part"
                    : $"{path}: image {read} is of class {label} there and of class {clean[read]} here; give CIFAR-100's training "
                        + "part with fine labels, in its order");
            }
            noisy[read++] = given;
        }
        if (read < clean.Count)
        {
            throw new InvalidDataException($"{path} has {read} images where {clean.Count} are due: it is cut short; get it again with ./w2s data cifar-100n");
        }
        return LabelNoise.Result(clean, noisy);
    }

    private static bool Number(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
