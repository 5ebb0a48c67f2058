using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Models;

/// <summary>A network's input convention: channel means and standard deviations that turn bytes into its input,
/// (x/255 − mean)/std.</summary>
/// <param name="Mean">Of red, green and blue, in 0 … 1.</param>
/// <param name="Std">Of red, green and blue, in 0 … 1.</param>
public sealed record Normalization((float R, float G, float B) Mean, (float R, float G, float B) Std)
{
    /// <summary>Of the public CIFAR-100 networks (chenyaofo/pytorch-cifar-models).</summary>
    public static Normalization Cifar100 { get; } = new((0.5070f, 0.4865f, 0.4409f), (0.2673f, 0.2564f, 0.2761f));

    /// <summary>Of the public CIFAR-10 networks (chenyaofo/pytorch-cifar-models).</summary>
    public static Normalization Cifar10 { get; } = new((0.4914f, 0.4822f, 0.4465f), (0.2023f, 0.1994f, 0.2010f));

    /// <summary>Of torchvision's ImageNet networks.</summary>
    public static Normalization ImageNet { get; } = new((0.485f, 0.456f, 0.406f), (0.229f, 0.224f, 0.225f));

    /// <summary>Of the ImageNet ResNet-18 that CNTK trained (<c>imagenet_resnet18</c>): bytes less a mean,
    /// undivided.</summary>
    /// <remarks>
    /// The network's package subtracts a mean image of 224×224 pixels. These are its channel means, from which it
    /// departs by 3 to 6 of 255 (root mean square): one rule for images of every size. At 224 pixels, on two made
    /// images, features with either had a cosine of .9999.
    /// </remarks>
    public static Normalization Cntk { get; } =
        new((123.15163f / 255, 115.90288f / 255, 103.06262f / 255), (1f / 255, 1f / 255, 1f / 255));

    /// <summary>Mean and deviation ½ each: bytes become −1 … 1, whatever the set.</summary>
    public static Normalization Centered { get; } = new((0.5f, 0.5f, 0.5f), (0.5f, 0.5f, 0.5f));

    /// <summary>Normalises a batch of bytes.</summary>
    /// <param name="images">uint8 [B, 3, H, W].</param>
    /// <returns>float32 [B, 3, H, W] on the same device, owned by the current dispose scope.</returns>
    /// <exception cref="ArgumentException">The images are of another type or shape.</exception>
    public Tensor Apply(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.dtype != ScalarType.Byte || images.dim() != 4 || images.shape[1] != 3)
            throw new ArgumentException($"images are {images.dtype} {images.Shape()}; give uint8 [B, 3, H, W]",
                nameof(images));
        using var mean = tensor(new[] { Mean.R, Mean.G, Mean.B }, device: images.device).reshape(1, 3, 1, 1);
        using var std = tensor(new[] { Std.R, Std.G, Std.B }, device: images.device).reshape(1, 3, 1, 1);
        using Scalar white = 255f.ToScalar();
        using var unit = images.to(ScalarType.Float32).div_(white);
        return unit.sub_(mean).div(std);
    }

    /// <summary>Turns input of this convention into another's.</summary>
    /// <param name="images">float32 [B, 3, H, W], normalised by this one.</param>
    /// <param name="other">The convention wanted.</param>
    /// <returns>float32 [B, 3, H, W], owned by the current dispose scope; the images themselves where both are one
    /// convention.</returns>
    internal Tensor Convert(Tensor images, Normalization other)
    {
        if (this == other) return images;
        // (x·s₁ + m₁ − m₂)/s₂
        using var scale = Channels((_, s1, _, s2) => s1 / s2);
        using var shift = Channels((m1, _, m2, s2) => (m1 - m2) / s2);
        return images.mul(scale).add_(shift, Numerics.One);

        Tensor Channels(Func<float, float, float, float, float> of) => tensor(
        [
            of(Mean.R, Std.R, other.Mean.R, other.Std.R), of(Mean.G, Std.G, other.Mean.G, other.Std.G),
            of(Mean.B, Std.B, other.Mean.B, other.Std.B),
        ], device: images.device).reshape(1, 3, 1, 1);
    }

    // As value·byte + shift, which is how the batches compute it, on the CPU and elsewhere alike.
    internal (float[] Scale, float[] Shift) Linear()
    {
        float[] means = [Mean.R, Mean.G, Mean.B];
        float[] deviations = [Std.R, Std.G, Std.B];
        return (
            [.. deviations.Select(deviation => (float)(1 / (255.0 * deviation)))],
            [.. means.Zip(deviations, (mean, deviation) => (float)(-(double)mean / deviation))]);
    }
}
