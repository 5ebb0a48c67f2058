using TorchSharp;
using static TorchSharp.torch;

namespace W2S.Torch;

/// <summary>One network's logits for a batch in float64, and what formulas derive from them, each computed
/// once.</summary>
/// <remarks>Everything belongs to the dispose scope in which it was first asked for.</remarks>
public sealed class Logits
{
    private readonly Dictionary<double, Tensor> logProbabilities = [];
    private readonly Dictionary<double, Tensor> probabilities = [];

    /// <summary>Takes logits of any float type.</summary>
    /// <param name="values">[B, C].</param>
    /// <exception cref="ArgumentException">Not floating point, not two dimensions, no sample, or fewer than two
    /// classes.</exception>
    public Logits(Tensor values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.dim() != 2 || values.shape[0] == 0 || values.shape[1] < 2 || !values.is_floating_point())
            throw new ArgumentException(
                $"logits are {values.dtype} {values.Shape()}; give floating point [batch, classes] with a sample and "
                + "2 classes or more", nameof(values));
        Values = values.to_type(ScalarType.Float64);
    }

    /// <summary>[B, C], float64.</summary>
    public Tensor Values { get; }

    /// <summary>The number of classes C.</summary>
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
    /// <param name="classes">k, whole numbers [B].</param>
    /// <exception cref="ArgumentException">Not a class number a sample, or one outside the classes; on another device
    /// than the CPU, where reading them would make every training step wait, the numbers themselves are not looked
    /// at.</exception>
    public Tensor CrossEntropy(Tensor classes) => LogProbabilities().At(StepLabels(classes, nameof(classes))).neg();

    /// <summary>CE(z, q) at τ: −Σ_c q_c log softmax(z/τ)_c for each sample, [B].</summary>
    /// <param name="distribution">q, [B, C].</param>
    /// <param name="temperature">τ, above 0.</param>
    /// <exception cref="ArgumentException">The distribution has another shape.</exception>
    public Tensor CrossEntropyTo(Tensor distribution, double temperature = 1)
    {
        Checks.SameSize(Values, distribution, "logits", nameof(distribution));
        return Numerics.Dot(distribution, LogProbabilities(temperature)).neg();
    }

    /// <summary>H(softmax(z/τ)) for each sample, [B].</summary>
    /// <param name="temperature">τ, above 0.</param>
    public Tensor Entropy(double temperature = 1) =>
        Numerics.Dot(Probabilities(temperature), LogProbabilities(temperature).Finite()).neg();

    /// <summary>Class numbers for these samples, checked without waiting for a device, as int64.</summary>
    internal Tensor StepLabels(Tensor classes, string name) =>
        Checks.StepLabels(classes, Values.shape[0], Classes, name);
}
