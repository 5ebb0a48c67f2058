using W2S.Data;
using W2S.Models;

namespace W2S.Experiments;

/// <summary>A network whose weights anyone can fetch into the data folder, under the name that pages call it
/// by.</summary>
/// <remarks>
/// The CIFAR networks are those of chenyaofo/pytorch-cifar-models. <c>imagenet_resnet18</c> is the ImageNet ResNet-18
/// of ML.NET's package (<see cref="ResNet.Cntk18"/>): it takes images of multiples of 32 pixels, and was checked
/// against ONNX Runtime at 96, 128 and 224. Its accuracy on ImageNet is not published.
/// </remarks>
public sealed record PublicNetwork : NetworkSource
{
    private readonly (string Set, string Network, int Classes, Normalization Input, string File, string Licence) known;

    /// <param name="name">Data set, then network: for instance <c>cifar100_resnet20</c>, or
    /// <c>imagenet_resnet18</c>.</param>
    /// <exception cref="ArgumentException">The name has another form.</exception>
    public PublicNetwork(string name) => Name = name;

    /// <summary>Data set, then network: <c>cifar100_</c> or <c>cifar10_</c> and a network of the catalogue, or
    /// <c>imagenet_resnet18</c>.</summary>
    /// <exception cref="ArgumentException">The name has another form.</exception>
    public string Name { get; init => known = Find(field = value); }

    /// <inheritdoc/>
    public override string Title => Name;

    /// <summary>The same in words, for instance <c>CIFAR-100 resnet20</c>.</summary>
    internal string Words => $"{known.Set} {known.Network}";

    /// <inheritdoc/>
    public override string Seen => known.Set == "ImageNet"
        ? $"ImageNet's 1.28 million training images "
            + $"{(known.Licence == Mae ? "without a label" : "with their 1,000 true labels")}"
        : $"the 50,000 training images of {known.Set} with their {known.Classes} true labels";

    /// <summary>Under what terms its weights may be used, and whose they are.</summary>
    public string Licence => known.Licence;

    /// <summary>Its name in the catalogue.</summary>
    internal string Network => known.Network;

    /// <summary>Its weights, below the data folder.</summary>
    internal string File => known.File;

    /// <summary>What it expects.</summary>
    internal Normalization Normalization => known.Input;

    internal override IEnumerable<Type> Code => new CatalogueNetwork(Network).Code;

    /// <summary>The network as it was published.</summary>
    /// <returns>With the classifier of its file, or, where that has none, a head of one class that has learned
    /// nothing.</returns>
    internal ImageModel Published() => known.Classes > 0 ? Load(known.Classes, keepHead: false)
        : Create(classes: 1, seed: 0);

    /// <inheritdoc/>
    protected override ImageModel Make(int classes) => Load(classes, keepHead: true);

    private ImageModel Load(int classes, bool keepHead)
    {
        var model = ModelCatalogue.Create(Network, classes);
        model.Normalization = Normalization;
        try
        {
            model.LoadWeights(DataFolder.Require(File), keepHead: keepHead);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static (string, string, int, Normalization, string, string) Find(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return name.Split('_') switch
        {
            ["cifar100", var network] =>
                ("CIFAR-100", network, 100, Normalization.Cifar100, $"weights/{name}.pth", Chen),
            ["cifar10", var network] => ("CIFAR-10", network, 10, Normalization.Cifar10, $"weights/{name}.pth", Chen),
            ["imagenet", "resnet18"] => ("ImageNet", "resnet18-cntk", 0, Normalization.Cntk,
                "imagenet-resnet18/ResNet18.onnx", "MIT, Microsoft"),
            ["imagenet", "resnet50"] => ("ImageNet", "resnet50", 1_000, Normalization.ImageNet,
                "weights/imagenet_resnet50.pth", "BSD 3-Clause, torchvision"),
            ["imagenet", "vit-b16-mae"] => ("ImageNet", "vit-b16-mae", 0, Normalization.ImageNet,
                "weights/mae_pretrain_vit_base.pth", Mae),
            _ => throw new ArgumentException(
                $"'{name}' is no public network; give imagenet_resnet18 or for instance cifar100_resnet20",
                nameof(name)),
        };
    }

    private const string Mae = "CC BY-NC 4.0, Meta Platforms";
    private const string Chen = "BSD 3-Clause, Yaofo Chen";
}
