using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>What an <see cref="Optimizer"/> sees of parameters that share learning rate and weight decay: flat pieces
/// of all of them, so that an update is a handful of operations.</summary>
public sealed class ParameterUpdate
{
    private readonly FlatGroup group;
    private readonly IReadOnlyDictionary<string, Tensor> buffers;

    internal ParameterUpdate(FlatGroup group, IReadOnlyDictionary<string, Tensor> buffers, double learningRate,
        long step) => (this.group, this.buffers, LearningRate, Step) = (group, buffers, learningRate, step);

    /// <summary>The parameters, float [P]: to be changed in place.</summary>
    public Tensor Values => group.Values;

    /// <summary>Their gradients, float [P]: to be left as they are.</summary>
    public Tensor Gradients => group.Gradients;

    /// <summary>Their learning rate in this step.</summary>
    public double LearningRate { get; }

    /// <summary>Their weight decay.</summary>
    public double WeightDecay => group.WeightDecay;

    /// <summary>The number of the step, from 1.</summary>
    public long Step { get; }

    /// <summary>A buffer of <see cref="Optimizer.Buffers"/>, float [P]: to be changed in place.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="KeyNotFoundException">The optimizer names no such buffer.</exception>
    public Tensor this[string name] => group.Slice(buffers[name]);
}
