using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>What an <see cref="Optimizer"/> sees of parameters that share learning rate and weight decay: flat pieces
/// of all of them, so that an update is a handful of operations.</summary>
public sealed class ParameterUpdate
{
    private readonly double scale;
    private readonly Dictionary<string, Tensor> buffers;

    /// <summary>A piece of the flat parameters, owned by the current dispose scope.</summary>
    internal ParameterUpdate(FlatParameters all, long start, long length, double scale, double decay)
    {
        (Values, Gradients) = (all.Values.narrow(0, start, length), all.Gradients.narrow(0, start, length));
        buffers = all.Buffers.ToDictionary(buffer => buffer.Key, buffer => buffer.Value.narrow(0, start, length));
        (this.scale, WeightDecay) = (scale, decay);
    }

    /// <summary>The parameters, float [P]: to be changed in place.</summary>
    public Tensor Values { get; }

    /// <summary>Their gradients, float [P]: to be left as they are.</summary>
    public Tensor Gradients { get; }

    /// <summary>Their learning rate in this step.</summary>
    public double LearningRate { get; private set; }

    /// <summary>Their weight decay.</summary>
    public double WeightDecay { get; }

    /// <summary>The number of the step, from 1.</summary>
    public long Step { get; private set; }

    /// <summary>A buffer of <see cref="Optimizer.Buffers"/>, float [P]: to be changed in place.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="KeyNotFoundException">The optimizer names no such buffer.</exception>
    /// <value>A view, owned by the current dispose scope.</value>
    public Tensor this[string name] => buffers[name].alias();

    /// <summary>The same parameters in another step.</summary>
    internal ParameterUpdate At(long step, double learningRate)
    {
        (Step, LearningRate) = (step, learningRate * scale);
        return this;
    }
}
