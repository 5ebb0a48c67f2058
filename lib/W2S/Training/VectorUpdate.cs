using System.Runtime.Intrinsics;
using W2S.Losses;

namespace W2S.Training;

/// <summary>What an optimizer's <see cref="OptimizerState"/> does, on plain memory: for parameters that are no
/// tensors.</summary>
/// <param name="length">How many, whole vectors of eight.</param>
/// <param name="decay">Weight decay of all of them.</param>
internal abstract unsafe class VectorUpdate(int length, double decay) : IDisposable
{
    protected int Length { get; } = length;

    protected double Decay { get; } = decay;

    protected int Steps { get; private set; }

    /// <summary>Moves every parameter once.</summary>
    public void Step(float* values, float* gradients, double learningRate)
    {
        Steps++;
        Apply(values, gradients, learningRate);
    }

    public abstract void Dispose();

    protected abstract void Apply(float* values, float* gradients, double learningRate);

    protected static Vector256<float> All(double number) => Vector256.Create((float)number);
}

/// <summary>Adam and AdamW.</summary>
internal sealed unsafe class AdamVectors(
    int length, double decay, double beta1, double beta2, double epsilon, bool decoupled) : VectorUpdate(length, decay)
{
    private readonly AlignedFloats mean = new(length), square = new(length);

    public override void Dispose()
    {
        mean.Dispose();
        square.Dispose();
    }

    protected override void Apply(float* values, float* gradients, double learningRate)
    {
        Vector256<float> keepMean = All(beta1), newMean = All(1 - beta1), keepSquare = All(beta2),
            newSquare = All(1 - beta2);
        Vector256<float> tiny = All(epsilon), coupled = All(decoupled ? 0 : Decay),
            shrink = All(decoupled ? 1 - learningRate * Decay : 1);
        var root = All(1 / Math.Sqrt(1 - Math.Pow(beta2, Steps)));
        var rate = All(learningRate / (1 - Math.Pow(beta1, Steps)));
        for (var i = 0; i < Length; i += 8)
        {
            var value = Vector256.Load(values + i) * shrink;
            var gradient = Vector256.FusedMultiplyAdd(coupled, value, Vector256.Load(gradients + i));
            var m = Vector256.Load(mean.Start + i) * keepMean + gradient * newMean;
            var s = Vector256.Load(square.Start + i) * keepSquare + gradient * gradient * newSquare;
            m.Store(mean.Start + i);
            s.Store(square.Start + i);
            (value - rate * m / (Vector256.Sqrt(s) * root + tiny)).Store(values + i);
        }
    }
}

/// <summary>Stochastic gradient descent.</summary>
internal sealed unsafe class SgdVectors(int length, double decay, double momentum, bool nesterov)
    : VectorUpdate(length, decay)
{
    private readonly AlignedFloats moving = new(length);

    public override void Dispose() => moving.Dispose();

    protected override void Apply(float* values, float* gradients, double learningRate)
    {
        Vector256<float> keep = All(momentum), decay = All(Decay), rate = All(learningRate);
        for (var i = 0; i < Length; i += 8)
        {
            var value = Vector256.Load(values + i);
            var gradient = Vector256.FusedMultiplyAdd(decay, value, Vector256.Load(gradients + i));
            var m = Vector256.Load(moving.Start + i) * keep + gradient;
            m.Store(moving.Start + i);
            (value - rate * (nesterov ? gradient + keep * m : m)).Store(values + i);
        }
    }
}
