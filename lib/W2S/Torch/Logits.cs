using TorchSharp;
using static TorchSharp.torch;

namespace W2S.Torch;

/// <summary>One network's logits for a batch in float64, and what formulas derive from them, each computed once.</summary>
/// <remarks>Everything belongs to the dispose scope in which it was first asked for.</remarks>
public sealed class Logits
{
    private readonly Dictionary<double, Tensor> logProbabilities = [];
    private readonly Dictionary<double, Tensor> probabilities = [];

    /// <summary>Takes logits of any float type.</summary>
    /// <param name="values">[B, C].</param>
    /// <exception cref="ArgumentException">Not two dimensions, or fewer than two classes.</exception>
    public Logits(Tensor values)
    {
        if (values.dim() != 2 || values.shape[1] < 2)
            throw new ArgumentException($"logits of shape [{string.Join(", ", values.shape)}]; give [batch, classes] with 2 classes or more");
        Values = values.to_type(ScalarType.Float64);
    }

    /// <summary>[B, C], float64.</summary>
    public Tensor Values { get; }

    /// <summary>C.</summary>
    public long Classes => Values.shape[1];

    /// <summary>The most likely class, int64 [B].</summary>
    public Tensor Top => field ??= Values.detach().max(1).indexes; // half the time of argmax

    /// <summary>log softmax(z/τ), [B, C].</summary>
    /// <param name="temperature">τ, above 0.</param>
    public Tensor LogProbabilities(double temperature = 1)
    {
        if (!logProbabilities.TryGetValue(temperature, out var value))
            logProbabilities[temperature] = value = nn.functional.log_softmax(Values.Times(1 / temperature), 1);
        return value;
    }

    /// <summary>softmax(z/τ), [B, C].</summary>
    /// <param name="temperature">τ, above 0.</param>
    public Tensor Probabilities(double temperature = 1)
    {
        if (!probabilities.TryGetValue(temperature, out var value))
            probabilities[temperature] = value = LogProbabilities(temperature).exp();
        return value;
    }

    /// <summary>CE(z, k) = −log softmax(z)_k for each sample, [B].</summary>
    /// <param name="classes">k, int64 [B].</param>
    public Tensor CrossEntropy(Tensor classes) => LogProbabilities().At(classes).neg();

    /// <summary>CE(z, q) at τ: −Σ_c q_c log softmax(z/τ)_c for each sample, [B].</summary>
    /// <param name="distribution">q, [B, C].</param>
    /// <param name="temperature">τ, above 0.</param>
    public Tensor CrossEntropyTo(Tensor distribution, double temperature = 1) =>
        Numerics.Dot(distribution, LogProbabilities(temperature)).neg();

    /// <summary>H(softmax(z/τ)) for each sample, [B].</summary>
    /// <param name="temperature">τ, above 0.</param>
    public Tensor Entropy(double temperature = 1) =>
        Numerics.Dot(Probabilities(temperature), LogProbabilities(temperature).Finite()).neg();
}
