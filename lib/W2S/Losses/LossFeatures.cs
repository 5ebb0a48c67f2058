using static TorchSharp.torch;

namespace W2S.Losses;

/// <summary>Features of one network for feature losses.</summary>
/// <param name="Pooled">[B, F].</param>
/// <param name="Stages">[B, c, h, w] after each stage.</param>
public sealed record LossFeatures(Tensor Pooled, IReadOnlyList<Tensor> Stages);
