using static TorchSharp.torch;

namespace W2S.Data.Batches;

/// <summary>A batch of images as network input. Its tensors belong to the loader and hold until the next one is asked
/// for.</summary>
public sealed class Batch
{
    internal Batch(Tensor images, Tensor labels, int[] indices, int epoch, int step, BatchMix? mix)
    {
        (Images, Labels, Indices, Epoch, Step, Mix) = (images, labels, indices, epoch, step, mix);
    }

    /// <summary>float32 [B, 3, H, W], normalised (and mixed).</summary>
    public Tensor Images { get; }

    /// <summary>The labels, int64 [B].</summary>
    public Tensor Labels { get; }

    /// <summary>B positions in the set, of what each row shows.</summary>
    public int[] Indices { get; }

    /// <summary>The number of images.</summary>
    public int Count => Indices.Length;

    /// <summary>The epoch, from 0: with position and seed it names each view.</summary>
    public int Epoch { get; }

    /// <summary>The step within the epoch, from 0.</summary>
    public int Step { get; }

    /// <summary>How images were mixed; null where they were not.</summary>
    public BatchMix? Mix { get; }
}

/// <summary>How the images of a batch were mixed: the loss is λ times that of the labels plus 1 − λ times that of the
/// partners'.</summary>
/// <param name="Lambda">λ, the share of an image's own label, 0 … 1.</param>
/// <param name="Partners">int64 [B]: the label of the image mixed in, which stands at the mirrored place of the
/// batch.</param>
public sealed record BatchMix(float Lambda, Tensor Partners);
