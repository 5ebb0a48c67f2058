using TorchSharp;
using TorchSharp.Modules;
using W2S.Torch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace W2S.Models;

/// <summary>The one parameter of a prototype classifier: the scale s of the cosines.</summary>
/// <remarks>Cosines lie in −1 … 1, so a softmax over them is nearly even; s sharpens it, and is learned. Meta-Baseline
/// starts at 10.</remarks>
public sealed class CosineHead : Module<Tensor, Tensor, Tensor>
{
    private readonly Parameter scale;

    /// <param name="start">The scale to begin with; default 10.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not positive and finite.</exception>
    public CosineHead(double start = 10) : base(TorchRuntime.Ready(nameof(CosineHead)))
    {
        if (!(start > 0 && double.IsFinite(start)))
            throw new ArgumentOutOfRangeException(nameof(start), start,
                FormattableString.Invariant($"scale {start} is not positive; 10 is usual"));
        scale = Parameter(tensor(new[] { (float)start }));
        RegisterComponents();
    }

    /// <summary>The scale s of the cosines.</summary>
    public double Scale
    {
        get
        {
            using var scope = NewDisposeScope();
            return scale.detach().cpu().item<float>();
        }
    }

    /// <summary>s·cos(query, prototype).</summary>
    /// <param name="queries">[…, M, F].</param>
    /// <param name="prototypes">[…, N, F].</param>
    /// <returns>[…, M, N], owned by the current dispose scope.</returns>
    public override Tensor forward(Tensor queries, Tensor prototypes)
    {
        using var cosines = Prototypes.Cosines(queries, prototypes);
        return cosines * scale;
    }
}
