using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace W2S.Torch;

/// <summary>The one check of each kind of input. Its error names the argument, the value that does not fit, and the
/// cure.</summary>
/// <remarks>
/// Checks of values wait for the device that the values lie on, and belong where data enter: a set, a supervision, a
/// run, a metric. Inside a training step <see cref="StepLabels"/> alone is asked, which does not wait.
/// </remarks>
internal static class Checks
{
    /// <summary>Class numbers are 0 … <paramref name="classes"/> − 1; where the number of classes is not known, not
    /// negative.</summary>
    /// <param name="labels">Class numbers.</param>
    /// <param name="classes">How many classes there are, or null.</param>
    /// <param name="name">The argument's name.</param>
    /// <exception cref="ArgumentException">One is not; the message names the first.</exception>
    public static void Labels(IReadOnlyList<long> labels, long? classes, string name = "labels")
    {
        ArgumentNullException.ThrowIfNull(labels, name);
        for (var i = 0; i < labels.Count; i++)
            if (labels[i] < 0 || labels[i] >= classes) throw Outside($"{name}[{i}]", labels[i], classes, name);
    }

    /// <summary>The same for one class number.</summary>
    /// <inheritdoc cref="Labels(IReadOnlyList{long}, long?, string)"/>
    public static void Label(long label, long classes, string name)
    {
        if (label < 0 || label >= classes) throw Outside(name, label, classes, name);
    }

    /// <summary>The same for a tensor, with a class number for each sample.</summary>
    /// <param name="labels">Whole numbers [<paramref name="count"/>] of any type, on any device.</param>
    /// <param name="count">How many samples.</param>
    /// <param name="classes">How many classes.</param>
    /// <param name="name">The argument's name.</param>
    /// <returns>The class numbers.</returns>
    /// <exception cref="ArgumentException">Shape, type or a class number does not fit.</exception>
    public static long[] Labels(Tensor labels, long count, long classes, string name = "labels")
    {
        Whole(labels, count, name);
        using var scope = NewDisposeScope();
        var numbers = Numbers(labels.cpu().to_type(ScalarType.Int64).contiguous()).ToArray();
        InRange(numbers, classes, name);
        return numbers;
    }

    /// <summary>The same inside a training step: on the CPU in full, elsewhere shape and type alone, since reading
    /// values would make every step wait.</summary>
    /// <returns>The class numbers as int64 on their device, owned by the current dispose scope.</returns>
    /// <inheritdoc cref="Labels(Tensor, long, long, string)"/>
    public static Tensor StepLabels(Tensor labels, long count, long classes, string name)
    {
        Whole(labels, count, name);
        var numbers = labels.to_type(ScalarType.Int64);
        if (numbers.device_type != DeviceType.CPU) return numbers;
        using var dense = numbers.contiguous();
        InRange(Numbers(dense), classes, name);
        return numbers;
    }

    /// <summary>Logits are floating point [samples, classes], without NaN or +∞, and each sample has a class whose
    /// logit is not −∞.</summary>
    /// <param name="logits">On any device. −∞ is a class of probability 0.</param>
    /// <param name="name">The argument's name.</param>
    /// <exception cref="ArgumentException">They are not; the message names the first value.</exception>
    public static void Logits(Tensor logits, string name = "logits")
    {
        Table(logits, name, "[samples, classes]");
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        // A row's largest logit is NaN, +∞ or −∞ exactly where one of the three is wrong with it.
        var largest = logits.amax(1);
        if (largest.isfinite().all().item<bool>()) return;
        var row = First(largest.isfinite().logical_not())[0];
        if (Number(largest[row]) == double.NegativeInfinity)
            throw new ArgumentException(
                $"{name}[{row}] is −∞ for every class; give each sample a class that it can belong to", name);
        throw NotFinite(logits.ne(logits).logical_or(logits.isposinf()), logits, name);
    }

    /// <summary>Logits of several networks for the same samples and classes, each as
    /// <see cref="Logits(Tensor, string)"/>.</summary>
    /// <param name="networks">One or more.</param>
    /// <param name="name">The argument's name.</param>
    /// <exception cref="ArgumentException">There is none, shapes differ, or a value does not fit.</exception>
    public static void Logits(IReadOnlyList<Tensor> networks, string name)
    {
        ArgumentNullException.ThrowIfNull(networks, name);
        if (networks.Count == 0) throw new ArgumentException($"no {name}; give one or more", name);
        for (var k = 0; k < networks.Count; k++)
        {
            Logits(networks[k], $"{name}[{k}]");
            SameSize(networks[0], networks[k], $"{name}[0]", $"{name}[{k}]");
        }
    }

    /// <summary>Features are floating point [samples, features], and finite.</summary>
    /// <param name="features">On any device.</param>
    /// <param name="name">The argument's name.</param>
    /// <exception cref="ArgumentException">They are not; the message names the first value.</exception>
    public static void Features(Tensor features, string name = "features")
    {
        Table(features, name, "[samples, features]");
        Finite(features, name);
    }

    /// <summary>Every number is finite.</summary>
    /// <param name="values">Floating point, any shape, on any device.</param>
    /// <param name="name">The argument's name.</param>
    /// <exception cref="ArgumentException">One is not; the message names the first.</exception>
    public static void Finite(Tensor values, string name)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var finite = values.isfinite();
        if (!finite.all().item<bool>()) throw NotFinite(finite.logical_not(), values, name);
    }

    /// <summary>There is a number, and every one is finite.</summary>
    /// <param name="values">Numbers.</param>
    /// <param name="name">The argument's name.</param>
    /// <exception cref="ArgumentException">There is none, or one is not finite; the message names the
    /// first.</exception>
    public static void Finite(IReadOnlyList<double> values, string name)
    {
        ArgumentNullException.ThrowIfNull(values, name);
        if (values.Count == 0) throw new ArgumentException($"{name} is empty; give one value or more", name);
        for (var i = 0; i < values.Count; i++) Finite(values[i], $"{name}[{i}]", name);
    }

    /// <summary>A number is finite.</summary>
    /// <param name="value">The number.</param>
    /// <param name="what">What the message calls it.</param>
    /// <param name="name">The argument's name, where that is another.</param>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static void Finite(double value, string what, string? name = null)
    {
        if (!double.IsFinite(value))
            throw new ArgumentException(
                FormattableString.Invariant($"{what} is {value}, which is not finite; give finite numbers"),
                name ?? what);
    }

    /// <summary>A distribution over the classes for each sample: finite, and nothing negative.</summary>
    /// <param name="labels">Floating point [<paramref name="count"/>, <paramref name="classes"/>].</param>
    /// <param name="count">How many samples.</param>
    /// <param name="classes">How many classes.</param>
    /// <param name="name">The argument's name.</param>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static void Distribution(Tensor labels, long count, long classes, string name)
    {
        StepDistribution(labels, count, classes, name);
        Shares(labels, name);
    }

    /// <summary>The shape and type of distributions alone, for a training step.</summary>
    /// <inheritdoc cref="Distribution"/>
    public static void StepDistribution(Tensor labels, long count, long classes, string name)
    {
        if (!labels.is_floating_point() || !labels.shape.SequenceEqual([count, classes]))
            throw new ArgumentException(
                $"{name} is {labels.dtype} {labels.Shape()}; give int64 [{count}], a class number a sample, or "
                + $"distributions, floating point [{count}, {classes}]", name);
    }

    /// <summary>A weight for each sample: finite, and none negative.</summary>
    /// <param name="weights">Floating point [<paramref name="count"/>].</param>
    /// <param name="count">How many samples.</param>
    /// <param name="name">The argument's name.</param>
    /// <exception cref="ArgumentException">They are not.</exception>
    public static void Weights(Tensor weights, long count, string name)
    {
        StepWeights(weights, count, name);
        Shares(weights, name);
    }

    /// <summary>The shape and type of weights alone, for a training step.</summary>
    /// <inheritdoc cref="Weights(Tensor, long, string)"/>
    public static void StepWeights(Tensor weights, long count, string name)
    {
        if (weights.dim() != 1 || weights.shape[0] != count || !weights.is_floating_point())
            throw new ArgumentException(
                $"{name} is {weights.dtype} {weights.Shape()}; give floating point [{count}], a weight a sample", name);
    }

    /// <summary>The same for a list.</summary>
    /// <inheritdoc cref="Weights(Tensor, long, string)"/>
    public static void Weights(IReadOnlyList<float> weights, long count, string name)
    {
        if (weights.Count != count)
            throw new ArgumentException($"{name} has {weights.Count} entries for {count} samples; give one each", name);
        for (var i = 0; i < weights.Count; i++)
            if (!(weights[i] >= 0 && float.IsFinite(weights[i]))) throw NoShare($"{name}[{i}]", weights[i], name);
    }

    /// <summary>There are as many of the one as of the other.</summary>
    /// <param name="a">The number of the first.</param>
    /// <param name="b">The number of the second.</param>
    /// <param name="nameA">The first argument's name.</param>
    /// <param name="nameB">The second's.</param>
    /// <exception cref="ArgumentException">There are not.</exception>
    public static void SameCount(int a, int b, string nameA, string nameB)
    {
        if (a != b)
            throw new ArgumentException($"{nameA} has {a} values and {nameB} {b}; give one pair for each", nameB);
    }

    /// <summary>Two networks' logits, or distributions, are floating point and for the same samples and
    /// classes.</summary>
    /// <param name="a">[N, C].</param>
    /// <param name="b">[N, C].</param>
    /// <param name="nameA">The first argument's name.</param>
    /// <param name="nameB">The second's.</param>
    /// <exception cref="ArgumentException">They are not.</exception>
    public static void SameSize(Tensor a, Tensor b, string nameA, string nameB)
    {
        ArgumentNullException.ThrowIfNull(a, nameA);
        ArgumentNullException.ThrowIfNull(b, nameB);
        if (!a.is_floating_point() || !b.is_floating_point() || !a.shape.SequenceEqual(b.shape))
            throw new ArgumentException(
                $"{nameA} is {a.dtype} {a.Shape()} and {nameB} {b.dtype} {b.Shape()}; give both floating point, for "
                + "the same samples and classes", nameB);
    }

    /// <summary>"[B, c, h, w]" of a tensor, for messages.</summary>
    public static string Shape(this Tensor t) => $"[{string.Join(", ", t.shape)}]";

    private static void Whole(Tensor labels, long count, string name)
    {
        ArgumentNullException.ThrowIfNull(labels, name);
        var whole = labels.dtype is ScalarType.Int64 or ScalarType.Int32 or ScalarType.Int16 or ScalarType.Int8
            or ScalarType.Byte;
        if (!whole || labels.dim() != 1 || labels.shape[0] != count)
            throw new ArgumentException(
                $"{name} is {labels.dtype} {labels.Shape()}; give {count} whole class numbers, int64 [{count}], one a "
                + "sample", name);
    }

    private static void Table(Tensor values, string name, string form)
    {
        ArgumentNullException.ThrowIfNull(values, name);
        if (values.dim() != 2 || values.shape[0] == 0 || values.shape[1] == 0 || !values.is_floating_point())
            throw new ArgumentException(
                $"{name} is {values.dtype} {values.Shape()}; give floating point {form} with at least one of each",
                name);
    }

    private static void InRange(ReadOnlySpan<long> labels, long classes, string name)
    {
        for (var i = 0; i < labels.Length; i++)
            if (labels[i] < 0 || labels[i] >= classes) throw Outside($"{name}[{i}]", labels[i], classes, name);
    }

    // Of contiguous int64 alone: bytes are a tensor's memory from its first element on, and for an expanded one that is
    // others' memory.
    private static ReadOnlySpan<long> Numbers(Tensor dense) => MemoryMarshal.Cast<byte, long>(dense.bytes);

    private static void Shares(Tensor values, string name)
    {
        Finite(values, name);
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using Scalar none = 0.0.ToScalar();
        var negative = values.lt(none);
        if (!negative.any().item<bool>()) return;
        var (place, value) = At(negative, values);
        throw NoShare($"{name}[{place}]", value, name);
    }

    private static ArgumentException NotFinite(Tensor bad, Tensor values, string name)
    {
        var (place, value) = At(bad, values);
        return new(string.Create(CultureInfo.InvariantCulture,
            $"{name}[{place}] is {value}, which is not finite; look at the network, the training or the file that it "
            + $"comes from"), name);
    }

    private static ArgumentException NoShare(string what, double value, string name) =>
        new(FormattableString.Invariant($"{what} is {value}; give a finite number from 0 on"), name);

    private static ArgumentException Outside(string what, long label, long? classes, string name) => new(
        classes is { } all
            ? $"{what} is {label}, outside 0 … {all - 1}; number the classes from 0, or give more classes than {all}"
            : $"{what} is {label}, below 0; number the classes from 0", name);

    private static (string Place, double Value) At(Tensor bad, Tensor values)
    {
        var place = First(bad);
        var value = place.Aggregate(values.detach(), (rest, at) => rest.select(0, at));
        return (string.Join(", ", place), Number(value));
    }

    private static double Number(Tensor scalar) => scalar.cpu().to_type(ScalarType.Float64).item<double>();

    private static long[] First(Tensor bad)
    {
        var places = bad.cpu().nonzero();
        return places[0].contiguous().data<long>().ToArray();
    }
}
