namespace W2S.Models;

/// <summary>Every network of the library.</summary>
public static class ModelCatalogue
{
    /// <summary>Makes a network by its name.</summary>
    /// <param name="name">One of the names of the catalogue.</param>
    /// <param name="classes">How many classes.</param>
    /// <returns>The network, freshly initialised.</returns>
    public static ImageModel Create(string name, int classes) => name switch
    {
        "resnet20" or "resnet32" or "resnet44" or "resnet56" => ResNet.Cifar(int.Parse(name["resnet".Length..]), classes),
        _ => throw new ArgumentException($"'{name}' is no network of the catalogue", nameof(name)),
    };
}
