using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Analysis;

/// <summary>One temperature that makes a model's probabilities as honest as one number can.</summary>
/// <remarks>
/// T = argmin mean −log softmax(z/T)_y over labelled samples that the model was not trained on: Guo et al., ICML 2017,
/// arXiv 1706.04599. In s = 1/T the mean is convex, with derivative mean (E_p[z] − z_y) and second derivative mean
/// Var_p[z]: found by Newton's steps, kept inside an interval that is halved where they leave it. The most likely class
/// stays; only how sure it is changes.
/// </remarks>
/// <param name="Temperature">T: above 1 where the model was too sure, below 1 where it was not sure enough.</param>
public sealed record TemperatureScaling(double Temperature)
{
    // T lies between 1/Limit and this: a model that is right on every sample would otherwise want T = 0.
    private const double Limit = 100;

    /// <summary>Finds the temperature.</summary>
    /// <param name="logits">Floating point [N, C], of samples that trained nobody and test nobody.</param>
    /// <param name="labels">int64 [N], their true classes.</param>
    /// <returns>The temperature, 0.01 … 100.</returns>
    /// <exception cref="ArgumentException">Shapes, types or labels do not fit, or a logit is not finite.</exception>
    public static TemperatureScaling Fit(Tensor logits, Tensor labels)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var z = Predictions.Logits(logits).to_type(ScalarType.Float64);
        Checks.Finite(z, nameof(logits));
        var y = tensor(Checks.Labels(labels, z.shape[0], z.shape[1])).unsqueeze(1);
        var right = z.gather(1, y).squeeze(1);
        var (low, high, s) = (1 / Limit, Limit, 1.0);
        for (var step = 0; step < 200 && high - low > 1e-12 * high; step++)
        {
            var (slope, curve) = Slopes(s);
            if (slope > 0) high = s; else low = s;
            if (slope == 0) break;
            var next = s - slope / curve;
            next = next > low && next < high ? next : (low + high) / 2; // also where the curve is 0
            if (Math.Abs(next - s) <= 1e-13 * s) break;
            s = next;
        }
        return new TemperatureScaling(1 / s);

        (double Slope, double Curve) Slopes(double scale)
        {
            using var inner = NewDisposeScope();
            using var factor = scale.ToScalar();
            var p = nn.functional.softmax(z.mul(factor), 1);
            var mean = (p * z).sum(1);
            return ((mean - right).mean().item<double>(), ((p * z * z).sum(1) - mean * mean).mean().item<double>());
        }
    }

    /// <summary>z/T.</summary>
    /// <param name="logits">Floating point, any shape.</param>
    /// <returns>Logits of the same shape and type, owned by the current dispose scope.</returns>
    public Tensor Apply(Tensor logits)
    {
        ArgumentNullException.ThrowIfNull(logits);
        using var scale = (1 / Temperature).ToScalar();
        return logits.mul(scale);
    }
}
