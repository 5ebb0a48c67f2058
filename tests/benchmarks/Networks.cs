using TorchSharp;
using W2S.Data;
using W2S.Models;
using static TorchSharp.torch;

namespace W2S.Benchmarks;

/// <summary>The networks that are timed, what a step of theirs computes, and the images they see.</summary>
internal static class Networks
{
    /// <summary>resnetN or resnetNx4 for 32×32 images and 100 classes.</summary>
    /// <exception cref="UsageException">Another name.</exception>
    public static ResNet Make(string name)
    {
        var wide = name.EndsWith("x4", StringComparison.Ordinal);
        var depth =
            name.StartsWith("resnet", StringComparison.Ordinal)
                && int.TryParse(name[6..(wide ? ^2 : ^0)], out var number) ? number : 0;
        try
        {
            return ResNet.Cifar(depth, 100, wide);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new UsageException(
                $"'{name}' is not timed; give resnet8, 14, 20, 32, 44, 56 or 110, or one of them with x4 behind");
        }
    }

    /// <summary>GFLOP of a training step: two for each product of the convolutions, forward and twice that
    /// backward.</summary>
    public static double GigaFlop(string name, int batch)
    {
        using var model = Make(name);
        var products = model.named_parameters().Where(p => p.parameter.dim() == 4)
            .Sum(p => p.parameter.numel() * Side(p.name) * Side(p.name));
        return 3 * 2 * products * batch / 1e9;

        static double Side(string key) =>
            key.StartsWith("layer3", StringComparison.Ordinal) ? 8
                : key.StartsWith("layer2", StringComparison.Ordinal) ? 16 : 32;
    }

    /// <summary>CIFAR-100's first training images, or random ones in their shape.</summary>
    public static ImageSet Images(int count)
    {
        if (Contenders.Cifar is { } file)
        {
            var all = Cifar100.Read(Path.GetDirectoryName(file)!, DataSplit.Train);
            if (count >= all.Count) return all;
            using (all)
                return all.Subset([.. Enumerable.Range(0, count)]);
        }
        using var generator = new Generator(0);
        using var numbers = randint(100, count, generator: generator);
        return new ImageSet("random", randint(256, [count, 3, 32, 32], ScalarType.Byte, generator: generator),
            numbers.data<long>().ToArray(), [.. Enumerable.Range(0, 100).Select(i => $"class {i}")]);
    }
}
