using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Analysis;

/// <summary>The steps that all metrics share.</summary>
internal static class Predictions
{
    /// <summary>Logits, checked, as float32 or float64 on the CPU, owned by the caller's scope.</summary>
    public static Tensor Logits(Tensor logits, string name = "logits")
    {
        Checks.Logits(logits, name);
        return logits.detach().cpu().to_type(
            logits.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32);
    }

    /// <summary>The largest logit's class of each sample.</summary>
    public static long[] Classes(Tensor logits, string name = "logits")
    {
        using var scope = NewDisposeScope();
        return Logits(logits, name).argmax(1).data<long>().ToArray();
    }

    /// <summary>log softmax, [N, C], in float64.</summary>
    public static Tensor LogProbabilities(Tensor logits) =>
        nn.functional.log_softmax(logits.to_type(ScalarType.Float64), 1);

    /// <summary>A one-dimensional float64 tensor's values.</summary>
    public static double[] Doubles(Tensor values) =>
        values.to_type(ScalarType.Float64).contiguous().data<double>().ToArray();
}
