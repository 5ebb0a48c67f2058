using System.Text.Json.Serialization;
using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>How parameters follow the gradient: an immutable record of options.</summary>
/// <remarks>The state of a run (momentum, moments) is no part of it.</remarks>
[JsonDerivedType(typeof(Sgd), "sgd"), JsonDerivedType(typeof(Adam), "adam"), JsonDerivedType(typeof(AdamW), "adamw")]
public abstract record Optimizer
{
    /// <summary>The learning rate before schedule and scaling.</summary>
    /// <value>0.1 for SGD, 1e-3 for Adam and AdamW.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public double LearningRate { get; init => field = Option.Positive(value); }

    /// <summary>Weight decay.</summary>
    /// <value>0; 0.01 for AdamW.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double WeightDecay { get; init => field = Option.NotNegative(value); }

    /// <summary>The state of a new run: buffers as long as the parameters, filled with 0.</summary>
    internal abstract OptimizerState Start(FlatParameters parameters);

    /// <summary>The same for parameters in plain memory, all with <see cref="WeightDecay"/>.</summary>
    internal abstract VectorUpdate Start(int length);
}

/// <summary>Stochastic gradient descent with momentum.</summary>
/// <remarks>
/// g ← g + λw, m ← μm + g, w ← w − η·m, or with Nesterov's momentum w ← w − η·(g + μm):
/// Sutskever et al., ICML 2013, in PyTorch's form, where η multiplies the momentum.
/// </remarks>
public sealed record Sgd : Optimizer
{
    /// <summary>A descent with the given rate.</summary>
    /// <param name="learningRate">The learning rate.</param>
    public Sgd(double learningRate = 0.1) => LearningRate = learningRate;

    /// <summary>The momentum μ.</summary>
    /// <value>0.9.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double Momentum { get; init => field = Option.Fraction(value); } = 0.9;

    /// <summary>Whether the gradient is looked up ahead along the momentum.</summary>
    /// <value>False.</value>
    public bool Nesterov { get; init; }

    internal override OptimizerState Start(FlatParameters parameters) => new SgdState(this, parameters);

    internal override VectorUpdate Start(int length) => new SgdVectors(length, WeightDecay, Momentum, Nesterov);

    private sealed class SgdState(Sgd options, FlatParameters parameters)
        : OptimizerState(parameters, options.Momentum > 0 ? ["momentum"] : [])
    {
        private readonly Scalar momentum = options.Momentum.ToScalar();

        protected override void Apply(FlatGroup group, double learningRate)
        {
            using var scope = NewDisposeScope();
            using Scalar decay = group.WeightDecay.ToScalar(), rate = (-learningRate).ToScalar();
            var gradient = group.WeightDecay > 0 ? group.Gradients.add(group.Values, decay) : group.Gradients;
            if (options.Momentum > 0)
            {
                var buffer = group.Slice(this["momentum"]);
                buffer.mul_(momentum).add_(gradient, Numerics.One);
                gradient = options.Nesterov ? gradient.add(buffer, momentum) : buffer;
            }
            group.Values.add_(gradient, rate);
        }
    }
}

/// <summary>Adam with weight decay as a part of the gradient.</summary>
/// <remarks>
/// g ← g + λw, m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − η·(m/(1−β₁ᵗ)) / (√(v/(1−β₂ᵗ)) + ε):
/// Kingma and Ba, ICLR 2015 (arXiv 1412.6980).
/// </remarks>
public sealed record Adam : Optimizer
{
    /// <summary>Adam with the given rate.</summary>
    /// <param name="learningRate">The learning rate.</param>
    public Adam(double learningRate = 1e-3) => LearningRate = learningRate;

    /// <summary>β₁, how long the mean of the gradient remembers.</summary>
    /// <value>0.9.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double Beta1 { get; init => field = Option.Fraction(value); } = 0.9;

    /// <summary>β₂, how long the mean of its square remembers.</summary>
    /// <value>0.999.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double Beta2 { get; init => field = Option.Fraction(value); } = 0.999;

    /// <summary>ε, which keeps the quotient finite.</summary>
    /// <value>1e-8.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public double Epsilon { get; init => field = Option.Positive(value); } = 1e-8;

    internal override OptimizerState Start(FlatParameters parameters) =>
        new AdamState(parameters, Beta1, Beta2, Epsilon, decoupled: false);

    internal override VectorUpdate Start(int length) =>
        new AdamVectors(length, WeightDecay, Beta1, Beta2, Epsilon, decoupled: false);
}

/// <summary>Adam with weight decay apart from the gradient.</summary>
/// <remarks>w ← w − ηλw before Adam's step: Loshchilov and Hutter, ICLR 2019 (arXiv 1711.05101), in PyTorch's
/// form.</remarks>
public sealed record AdamW : Optimizer
{
    /// <summary>AdamW with the given rate.</summary>
    /// <param name="learningRate">The learning rate.</param>
    public AdamW(double learningRate = 1e-3) => (LearningRate, WeightDecay) = (learningRate, 0.01);

    /// <summary>β₁, how long the mean of the gradient remembers.</summary>
    /// <value>0.9.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double Beta1 { get; init => field = Option.Fraction(value); } = 0.9;

    /// <summary>β₂, how long the mean of its square remembers.</summary>
    /// <value>0.999.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double Beta2 { get; init => field = Option.Fraction(value); } = 0.999;

    /// <summary>ε, which keeps the quotient finite.</summary>
    /// <value>1e-8.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public double Epsilon { get; init => field = Option.Positive(value); } = 1e-8;

    internal override OptimizerState Start(FlatParameters parameters) =>
        new AdamState(parameters, Beta1, Beta2, Epsilon, decoupled: true);

    internal override VectorUpdate Start(int length) =>
        new AdamVectors(length, WeightDecay, Beta1, Beta2, Epsilon, decoupled: true);
}
