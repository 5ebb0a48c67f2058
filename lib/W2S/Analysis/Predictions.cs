using TorchSharp;
using static TorchSharp.torch;

namespace W2S.Analysis;

/// <summary>Checks and the steps that all metrics share.</summary>
internal static class Predictions
{
    /// <summary>Logits as float32 or float64 on the CPU, owned by the caller's scope.</summary>
    public static Tensor Logits(Tensor logits, string name = "logits")
    {
        ArgumentNullException.ThrowIfNull(logits, name);
        if (logits.dim() != 2 || logits.shape[0] == 0 || logits.shape[1] == 0 || !logits.is_floating_point())
        {
            throw new ArgumentException(
                $"{name} is {logits.dtype} [{string.Join(", ", logits.shape)}]; give floating-point [N, C] with at least one sample", name);
        }
        return logits.detach().cpu().to_type(logits.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32);
    }

    /// <summary>Class numbers as an array, checked to be <paramref name="count"/> in 0 … <paramref name="classes"/> − 1.</summary>
    public static long[] Labels(Tensor labels, long count, long classes, string name = "labels")
    {
        ArgumentNullException.ThrowIfNull(labels, name);
        if (labels.dim() != 1 || labels.shape[0] != count || labels.is_floating_point())
        {
            throw new ArgumentException(
                $"{name} is {labels.dtype} [{string.Join(", ", labels.shape)}]; give {count} whole class numbers, one a sample", name);
        }
        using var values = labels.detach().cpu().to_type(ScalarType.Int64);
        var array = values.data<long>().ToArray();
        foreach (var label in array)
        {
            if (label < 0 || label >= classes)
            {
                throw new ArgumentException($"{name} holds {label}, outside 0 … {classes - 1}", name);
            }
        }
        return array;
    }

    /// <summary>The largest logit's class of each sample.</summary>
    public static long[] Classes(Tensor logits, string name = "logits")
    {
        using var scope = NewDisposeScope();
        return Logits(logits, name).argmax(1).data<long>().ToArray();
    }

    /// <summary>log softmax, [N, C], in float64.</summary>
    public static Tensor LogProbabilities(Tensor logits) => nn.functional.log_softmax(logits.to_type(ScalarType.Float64), 1);

    /// <summary>A one-dimensional float64 tensor's values.</summary>
    public static double[] Doubles(Tensor values) => values.to_type(ScalarType.Float64).contiguous().data<double>().ToArray();

    public static void SameSize(Tensor a, Tensor b, string nameA, string nameB)
    {
        if (a.shape[0] != b.shape[0] || a.shape[1] != b.shape[1])
        {
            throw new ArgumentException(
                $"{nameA} is [{string.Join(", ", a.shape)}] and {nameB} [{string.Join(", ", b.shape)}]; give both for the same samples and classes", nameB);
        }
    }
}
