using TorchSharp;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>What an optimizer remembers between steps: how many there were, and buffers as long as the flat
/// parameters.</summary>
internal sealed class OptimizerState(Optimizer optimizer, FlatParameters parameters) : IDisposable
{
    private readonly SortedDictionary<string, Tensor> buffers = new(
        optimizer.Buffers.ToDictionary(name => name, _ => zeros_like(parameters.Values).DetachFromDisposeScope()),
        StringComparer.Ordinal);

    /// <summary>Updates made so far.</summary>
    public long Steps { get; set; }

    /// <summary>The buffers by name, float [P].</summary>
    public IReadOnlyDictionary<string, Tensor> Buffers => buffers;

    /// <summary>Moves every parameter once; reads the gradients and leaves them as they are.</summary>
    public void Step(double learningRate)
    {
        using var _ = no_grad();
        Steps++;
        foreach (var group in parameters.Groups)
        {
            using var scope = NewDisposeScope();
            optimizer.Update(new ParameterUpdate(group, buffers, learningRate * group.LearningRateScale, Steps));
        }
    }

    public void Dispose()
    {
        foreach (var buffer in buffers.Values)
            buffer.Dispose();
    }
}
