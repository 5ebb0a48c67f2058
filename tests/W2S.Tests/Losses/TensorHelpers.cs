using TorchSharp;
using static TorchSharp.torch;

namespace W2S.Tests.Losses;

/// <summary>Tensors from and to nested arrays.</summary>
internal static class TensorHelpers
{
    public static Tensor ToTensor(this double[][] rows, ScalarType type = ScalarType.Float64) =>
        tensor([.. rows.SelectMany(x => x)], [rows.Length, rows[0].Length]).to_type(type);

    public static double[] ToArray(this Tensor t) =>
        t.detach().to_type(ScalarType.Float64).contiguous().data<double>().ToArray();
}
