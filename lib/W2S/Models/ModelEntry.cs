namespace W2S.Models;

/// <summary>A network of the catalogue, which its class lists by <see cref="Torch.ICatalogued{TEntry}"/>.</summary>
/// <param name="Name">Its name, for <see cref="ModelCatalogue.Create(string, int)"/>.</param>
/// <param name="Family">What kind of network, for instance <c>CIFAR ResNet</c>.</param>
/// <param name="ImageSize">Height and width of the images it is made for, in pixels.</param>
/// <param name="Classes">The number of classes its count of parameters is stated for.</param>
/// <param name="Parameters">How many numbers it learns with that many classes.</param>
/// <param name="Source">Where that count comes from, and whose keys the network has.</param>
/// <param name="Make">Makes it for a number of classes, freshly initialised.</param>
public sealed record ModelEntry(
    string Name, string Family, int ImageSize, int Classes, long Parameters, string Source, Func<int, ImageModel> Make)
{
    internal const string Mdistiller = "megvii-research/mdistiller, mdistiller/models/cifar/";
    internal const string FewShot = "ggjy/vision_weak_to_strong, few_shot_leaerning/models/";
    internal const string Torchvision = "torchvision 0.14.1, torchvision.models.";
}
