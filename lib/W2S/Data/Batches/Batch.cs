using static TorchSharp.torch;

namespace W2S.Data.Batches;

/// <summary>A batch of images as network input. Its tensors belong to the loader and hold until the next one is asked
/// for.</summary>
/// <param name="Images">float32 [B, 3, H, W], normalised (and mixed).</param>
/// <param name="Labels">The labels, int64 [B].</param>
/// <param name="Indices">B positions in the set, of what each row shows.</param>
/// <param name="Epoch">The epoch, from 0: with position and seed it names each view.</param>
/// <param name="Step">The step within the epoch, from 0.</param>
/// <param name="Mix">How images were mixed; null where they were not.</param>
internal sealed record Batch(Tensor Images, Tensor Labels, int[] Indices, int Epoch, int Step, BatchMix? Mix)
{
    /// <summary>The number of images.</summary>
    public int Count => Indices.Length;
}

/// <summary>How the images of a batch were mixed: the loss is λ times that of the labels plus 1 − λ times that of the
/// partners'.</summary>
/// <param name="Lambda">λ, the share of an image's own label, 0 … 1.</param>
/// <param name="Partners">int64 [B]: the label of the image mixed in, which stands at the mirrored place of the
/// batch.</param>
internal sealed record BatchMix(float Lambda, Tensor Partners);
