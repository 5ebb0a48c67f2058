using static TorchSharp.torch;

namespace W2S.Data;

/// <summary>Channel means and standard deviations that turn bytes into network input: (x/255 − mean)/std.</summary>
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

    /// <summary>Normalises a batch of bytes.</summary>
    /// <param name="images">uint8 [B, 3, H, W].</param>
    /// <returns>float32 [B, 3, H, W] on the same device, owned by the current dispose scope.</returns>
    public Tensor Apply(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        using var mean = tensor(new[] { Mean.R, Mean.G, Mean.B }, device: images.device).reshape(1, 3, 1, 1);
        using var std = tensor(new[] { Std.R, Std.G, Std.B }, device: images.device).reshape(1, 3, 1, 1);
        using var unit = images.to(ScalarType.Float32).div_(255f);
        return unit.sub_(mean).div(std);
    }
}
