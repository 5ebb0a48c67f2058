using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Data;

/// <summary>Labelled images, held once in memory as bytes.</summary>
public sealed class ImageSet : IDisposable
{
    /// <summary>Takes ownership of <paramref name="images"/>.</summary>
    /// <param name="name">What a chart or message calls the set, for instance <c>CIFAR-100 test</c>.</param>
    /// <param name="images">uint8 [N, 3, H, W], contiguous, on the CPU.</param>
    /// <param name="labels">N class numbers from 0.</param>
    /// <param name="classNames">A name for each class.</param>
    /// <exception cref="ArgumentException">Shape, type, memory or counts do not fit, or a label has no
    /// name.</exception>
    public ImageSet(string name, Tensor images, IReadOnlyList<long> labels, IReadOnlyList<string> classNames)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(classNames);
        if (images.dtype != ScalarType.Byte || images.dim() != 4 || images.shape[1] != 3)
        {
            throw new ArgumentException(
                $"images are {images.dtype} [{string.Join(", ", images.shape)}]; give uint8 [N, 3, H, W]",
                nameof(images));
        }
        if (images.device_type != DeviceType.CPU || !images.is_contiguous())
        {
            throw new ArgumentException(
                $"images lie on {images.device} with strides [{string.Join(", ", images.stride())}]; give a "
                + "contiguous tensor on the CPU: images.cpu().contiguous()", nameof(images));
        }
        if (labels.Count != images.shape[0])
        {
            throw new ArgumentException($"{labels.Count} labels for {images.shape[0]} images; give one each",
                nameof(labels));
        }
        Checks.Labels(labels, classNames.Count);
        Name = name;
        Images = images.DetachFromDisposeScope();
        Labels = [.. labels];
        ClassNames = [.. classNames];
    }

    /// <summary>What a chart or message calls the set.</summary>
    public string Name { get; }

    /// <summary>uint8 [N, 3, H, W], on the CPU.</summary>
    public Tensor Images { get; }

    /// <summary>N class numbers from 0.</summary>
    public IReadOnlyList<long> Labels { get; }

    /// <summary>A name for each class.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The number of images.</summary>
    public int Count => Labels.Count;

    /// <summary>How many classes, whether or not each has an image here.</summary>
    public int Classes => ClassNames.Count;

    /// <summary>Pixels from top to bottom.</summary>
    public int Height => (int)Images.shape[2];

    /// <summary>Pixels from left to right.</summary>
    public int Width => (int)Images.shape[3];

    /// <summary>A new set of some of the images, in the order given (copied).</summary>
    /// <param name="indices">Positions in this set.</param>
    /// <returns>The new set, independent of this one.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A position is outside the set.</exception>
    public ImageSet Subset(IReadOnlyList<int> indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        foreach (var index in indices)
        {
            if (index < 0 || index >= Count)
            {
                throw new ArgumentOutOfRangeException(nameof(indices), index,
                    $"position {index} is outside 0 … {Count - 1} of {Name}");
            }
        }
        return new ImageSet(Name, Rows(indices), [.. indices.Select(index => Labels[index])], ClassNames);
    }

    /// <summary>Every image of some classes, relabelled 0, 1, … in the order given (copied).</summary>
    /// <param name="classes">Classes of this set, each once.</param>
    /// <returns>The new set, independent of this one.</returns>
    /// <exception cref="ArgumentException">A class stands twice, is none of the set, or no image has one of
    /// them.</exception>
    public ImageSet OfClasses(IReadOnlyList<int> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        var labels = new Dictionary<long, long>();
        foreach (var one in classes)
        {
            if (one < 0 || one >= Classes)
                throw new ArgumentException(
                    $"class {one} is outside 0 … {Classes - 1} of {Name}; give classes of the set", nameof(classes));
            if (!labels.TryAdd(one, labels.Count))
                throw new ArgumentException($"class {one} ({ClassNames[one]}) stands twice; give each class once",
                    nameof(classes));
        }
        int[] rows = [.. Enumerable.Range(0, Count).Where(i => labels.ContainsKey(Labels[i]))];
        if (rows.Length == 0)
            throw new ArgumentException(
                $"{Name} has no image of the classes {string.Join(", ", classes)}; give classes that occur",
                nameof(classes));
        return new ImageSet(Name, Rows(rows), [.. rows.Select(row => labels[Labels[row]])],
            [.. classes.Select(one => ClassNames[one])]);
    }

    /// <summary>The same images under other labels, for instance noisy ones (images copied).</summary>
    /// <param name="labels">A label for each image.</param>
    /// <returns>The new set, independent of this one.</returns>
    public ImageSet WithLabels(IReadOnlyList<long> labels) => new(Name, Images.clone(), labels, ClassNames);

    /// <inheritdoc/>
    public void Dispose() => Images.Dispose();

    private Tensor Rows(IEnumerable<int> indices)
    {
        using var picked = tensor([.. indices.Select(index => (long)index)]);
        return Images.index_select(0, picked);
    }
}
