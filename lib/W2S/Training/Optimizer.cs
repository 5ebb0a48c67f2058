using System.Runtime.Intrinsics;
using System.Text.Json.Serialization;
using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>How parameters follow the gradient: an immutable record of options.</summary>
/// <remarks>The state of a run (momentum, moments) is no part of it: it lies in named buffers, which the checkpoint
/// holds. For one of one's own, derive a record.</remarks>
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

    /// <summary>Names of what it remembers of every parameter between steps: buffers that begin at 0.</summary>
    /// <value>None.</value>
    protected internal virtual IReadOnlyList<string> Buffers => [];

    /// <summary>Moves parameters once, in place. Called without gradient and inside a dispose scope that ends with the
    /// update.</summary>
    /// <param name="update">Parameters that share learning rate and weight decay, and their gradients.</param>
    protected internal abstract void Update(ParameterUpdate update);

    private protected static Vector256<float> All(double number) => Vector256.Create((float)number);
}

/// <summary>Stochastic gradient descent with momentum.</summary>
/// <remarks>
/// g ← g + λw, m ← μm + g, w ← w − η·m, or with Nesterov's momentum w ← w − η·(g + μm):
/// Sutskever et al., ICML 2013, in PyTorch's form, where η multiplies the momentum.
/// </remarks>
public sealed record Sgd : Optimizer, IVectorOptimizer
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

    /// <inheritdoc/>
    protected internal override IReadOnlyList<string> Buffers => Momentum > 0 ? ["momentum"] : [];

    /// <inheritdoc/>
    protected internal override void Update(ParameterUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        using Scalar decay = update.WeightDecay.ToScalar(), rate = (-update.LearningRate).ToScalar(),
            momentum = Momentum.ToScalar();
        var gradient = update.WeightDecay > 0 ? update.Gradients.add(update.Values, decay) : update.Gradients;
        if (Momentum > 0)
        {
            var buffer = update["momentum"];
            buffer.mul_(momentum).add_(gradient, Numerics.One);
            gradient = Nesterov ? gradient.add(buffer, momentum) : buffer;
        }
        update.Values.add_(gradient, rate);
    }

    unsafe void IVectorOptimizer.Update(VectorParameters parameters, double learningRate, long step)
    {
        float* values = parameters.Values, gradients = parameters.Gradients, moving = parameters.First;
        Vector256<float> keep = All(Momentum), decay = All(WeightDecay), rate = All(learningRate);
        for (var i = 0; i < parameters.Length; i += 8)
        {
            var value = Vector256.Load(values + i);
            var gradient = Vector256.FusedMultiplyAdd(decay, value, Vector256.Load(gradients + i));
            var m = Vector256.Load(moving + i) * keep + gradient;
            m.Store(moving + i);
            (value - rate * (Nesterov ? gradient + keep * m : m)).Store(values + i);
        }
    }
}

/// <summary>Adam with weight decay as a part of the gradient.</summary>
/// <remarks>
/// g ← g + λw, m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − η·(m/(1−β₁ᵗ)) / (√(v/(1−β₂ᵗ)) + ε):
/// Kingma and Ba, ICLR 2015 (arXiv 1412.6980).
/// </remarks>
public record Adam : Optimizer, IVectorOptimizer
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

    /// <inheritdoc/>
    protected internal override IReadOnlyList<string> Buffers => ["mean", "square"];

    internal virtual bool Decoupled => false;

    /// <inheritdoc/>
    protected internal override void Update(ParameterUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        var gradient = update.Gradients;
        if (update.WeightDecay > 0)
        {
            using var decay =
                (Decoupled ? 1 - update.LearningRate * update.WeightDecay : update.WeightDecay).ToScalar();
            if (Decoupled) update.Values.mul_(decay);
            else gradient = gradient.add(update.Values, decay);
        }
        Tensor mean = update["mean"], square = update["square"];
        using Scalar keepMean = Beta1.ToScalar(), newMean = (1 - Beta1).ToScalar(), keepSquare = Beta2.ToScalar(),
            newSquare = (1 - Beta2).ToScalar(), tiny = Epsilon.ToScalar();
        mean.mul_(keepMean).add_(gradient, newMean);
        square.mul_(keepSquare).addcmul_(gradient, gradient, newSquare);
        using Scalar root = (1 / Math.Sqrt(1 - Math.Pow(Beta2, update.Step))).ToScalar(),
            rate = (-update.LearningRate / (1 - Math.Pow(Beta1, update.Step))).ToScalar();
        update.Values.addcdiv_(mean, square.sqrt().mul_(root).add_(tiny, Numerics.One), rate);
    }

    unsafe void IVectorOptimizer.Update(VectorParameters parameters, double learningRate, long step)
    {
        float* values = parameters.Values, gradients = parameters.Gradients, mean = parameters.First,
            square = parameters.Second;
        Vector256<float> keepMean = All(Beta1), newMean = All(1 - Beta1), keepSquare = All(Beta2),
            newSquare = All(1 - Beta2);
        Vector256<float> tiny = All(Epsilon), coupled = All(Decoupled ? 0 : WeightDecay),
            shrink = All(Decoupled ? 1 - learningRate * WeightDecay : 1);
        var root = All(1 / Math.Sqrt(1 - Math.Pow(Beta2, step)));
        var rate = All(learningRate / (1 - Math.Pow(Beta1, step)));
        for (var i = 0; i < parameters.Length; i += 8)
        {
            var value = Vector256.Load(values + i) * shrink;
            var gradient = Vector256.FusedMultiplyAdd(coupled, value, Vector256.Load(gradients + i));
            var m = Vector256.Load(mean + i) * keepMean + gradient * newMean;
            var s = Vector256.Load(square + i) * keepSquare + gradient * gradient * newSquare;
            m.Store(mean + i);
            s.Store(square + i);
            (value - rate * m / (Vector256.Sqrt(s) * root + tiny)).Store(values + i);
        }
    }
}

/// <summary>Adam with weight decay apart from the gradient.</summary>
/// <remarks>w ← w − ηλw before Adam's step: Loshchilov and Hutter, ICLR 2019 (arXiv 1711.05101), in PyTorch's
/// form.</remarks>
public sealed record AdamW : Adam
{
    /// <summary>AdamW with the given rate.</summary>
    /// <param name="learningRate">The learning rate.</param>
    public AdamW(double learningRate = 1e-3)
        : base(learningRate) => WeightDecay = 0.01;

    internal override bool Decoupled => true;
}
