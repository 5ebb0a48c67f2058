using TorchSharp;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>What an optimizer remembers between steps: how many there were, and buffers as long as the flat
/// parameters.</summary>
internal abstract class OptimizerState : IDisposable
{
    private readonly FlatParameters parameters;
    private readonly SortedDictionary<string, Tensor> buffers = new(StringComparer.Ordinal);

    protected OptimizerState(FlatParameters parameters, string[] names)
    {
        this.parameters = parameters;
        foreach (var name in names)
            buffers[name] = zeros_like(parameters.Values).DetachFromDisposeScope();
    }

    /// <summary>Updates made so far.</summary>
    public long Steps { get; set; }

    /// <summary>The buffers by name, float [P].</summary>
    public IReadOnlyDictionary<string, Tensor> Buffers => buffers;

    /// <summary>A buffer, float [P].</summary>
    protected Tensor this[string name] => buffers[name];

    /// <summary>Moves every parameter once; reads the gradients and leaves them as they are.</summary>
    public void Step(double learningRate)
    {
        using var _ = no_grad();
        Steps++;
        foreach (var group in parameters.Groups)
            Apply(group, learningRate * group.LearningRateScale);
    }

    protected abstract void Apply(FlatGroup group, double learningRate);

    public void Dispose()
    {
        foreach (var buffer in buffers.Values)
            buffer.Dispose();
    }
}

/// <summary>The state of Adam and AdamW.</summary>
internal sealed class AdamState(FlatParameters parameters, double beta1, double beta2, double epsilon, bool decoupled)
    : OptimizerState(parameters, ["mean", "square"])
{
    // Kept for good: an implicit Scalar waits for the finalizer at every call, and a collection on another thread may
    // free it while libtorch still reads it. That goes for the factor 1 of a plain add_(x), too.
    private readonly Scalar newShare = (1 - beta1).ToScalar(), keep = beta2.ToScalar(),
        newSquare = (1 - beta2).ToScalar(), tiny = epsilon.ToScalar();
    private readonly Scalar oldShare = beta1.ToScalar(), one = 1.0.ToScalar();

    protected override void Apply(FlatGroup group, double learningRate)
    {
        using var scope = NewDisposeScope();
        var gradient = group.Gradients;
        if (group.WeightDecay > 0)
        {
            using var decay = (decoupled ? 1 - learningRate * group.WeightDecay : group.WeightDecay).ToScalar();
            if (decoupled)
                group.Values.mul_(decay);
            else
                gradient = gradient.add(group.Values, decay);
        }
        Tensor mean = group.Slice(this["mean"]), square = group.Slice(this["square"]);
        mean.mul_(oldShare).add_(gradient, newShare);
        square.mul_(keep).addcmul_(gradient, gradient, newSquare);
        using var root = (1 / Math.Sqrt(1 - Math.Pow(beta2, Steps))).ToScalar();
        using var rate = (-learningRate / (1 - Math.Pow(beta1, Steps))).ToScalar();
        group.Values.addcdiv_(mean, square.sqrt().mul_(root).add_(tiny, one), rate);
    }
}
