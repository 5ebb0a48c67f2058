using W2S.Losses;

namespace W2S.Training;

/// <summary>Parameters in plain memory, their gradients, and what an optimizer remembers of each from 0: what
/// <see cref="FlatParameters"/> are for those that are tensors.</summary>
/// <param name="length">How many, whole vectors of eight.</param>
internal sealed unsafe class VectorParameters(int length) : IDisposable
{
    private readonly AlignedFloats values = new(length), gradients = new(length), first = new(length),
        second = new(length);

    public int Length => length;

    public float* Values => values.Start;

    public float* Gradients => gradients.Start;

    public float* First => first.Start;

    public float* Second => second.Start;

    public void Dispose()
    {
        values.Dispose();
        gradients.Dispose();
        first.Dispose();
        second.Dispose();
    }
}

/// <summary>An optimizer that does the same on plain memory.</summary>
internal interface IVectorOptimizer
{
    /// <summary>Moves every parameter once, all with the optimizer's weight decay.</summary>
    /// <param name="parameters">The parameters and their gradients.</param>
    /// <param name="learningRate">The learning rate in this step.</param>
    /// <param name="step">The number of the step, from 1.</param>
    void Update(VectorParameters parameters, double learningRate, long step);
}
