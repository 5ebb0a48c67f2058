using W2S.Data.Views;

namespace W2S.Experiments;

/// <summary>A network whose weights anyone can fetch, under the name that pages call it by.</summary>
/// <param name="Set">The images it learned from, as titles call them.</param>
/// <param name="Network">Its name in the catalogue.</param>
/// <param name="Classes">How many classes its file tells apart; 0 where the file has no classifier.</param>
/// <param name="Normalization">What turns bytes into its input.</param>
/// <param name="File">Its weights, below the data folder.</param>
/// <param name="Seen">The images and labels it learned from, in one sentence.</param>
/// <param name="Licence">Under what terms its weights may be used, and whose they are.</param>
internal sealed record PublicNetwork(
    string Set, string Network, int Classes, Normalization Normalization, string File, string Seen, string Licence)
{
    /// <summary>Finds one by its name.</summary>
    /// <param name="name"><c>cifar100_</c> or <c>cifar10_</c> and a network, or <c>imagenet_resnet18</c>.</param>
    /// <exception cref="ArgumentException">The name has another form.</exception>
    public static PublicNetwork Named(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return name.Split('_') switch
        {
            ["cifar100", var network] => Cifar("CIFAR-100", network, 100, Normalization.Cifar100, name),
            ["cifar10", var network] => Cifar("CIFAR-10", network, 10, Normalization.Cifar10, name),
            ["imagenet", "resnet18"] => new("ImageNet", "resnet18-cntk", 0, Normalization.Cntk,
                "imagenet-resnet18/ResNet18.onnx",
                "ImageNet's 1.28 million training images with their 1,000 true labels", "MIT, Microsoft"),
            _ => throw new ArgumentException(
                $"'{name}' is no public network; give imagenet_resnet18 or for instance cifar100_resnet20",
                nameof(name)),
        };
    }

    private static PublicNetwork Cifar(string set, string network, int classes, Normalization normalization,
        string name) =>
        new(set, network, classes, normalization, $"weights/{name}.pth",
            $"the 50,000 training images of {set} with their {classes} true labels", "BSD 3-Clause, Yaofo Chen");
}
