using TorchSharp;
using W2S.Models;
using static TorchSharp.torch;

namespace W2S.Tests.Models;

/// <summary>Data and weights that are on some machines only; a test without them is skipped with the reason.</summary>
internal static class RealData
{
    public static string Data(params string[] parts)
    {
        var folder = Environment.GetEnvironmentVariable("W2S_DATA");
        Assert.SkipWhen(string.IsNullOrEmpty(folder), "W2S_DATA names no data folder");
        var path = Path.Combine([folder!, .. parts]);
        Assert.SkipUnless(File.Exists(path), $"{Path.Combine(parts)} is not in the folder that W2S_DATA names");
        return path;
    }

    public static string Golden(string file)
    {
        var folder = Environment.GetEnvironmentVariable("W2S_GOLDEN") ?? Path.Combine(Root(), "..", "shared", "golden");
        var path = Path.Combine(folder, file);
        Assert.SkipUnless(File.Exists(path), $"{file} is not in the folder that W2S_GOLDEN names");
        return path;
    }

    /// <summary>The first test images of CIFAR-100: uint8 [count, 3, 32, 32] and their fine labels.</summary>
    public static (Tensor Images, Tensor Labels) Cifar100Test(int count)
    {
        const int record = 2 + 3072;
        using var stream = File.OpenRead(Data("cifar-100-binary", "test.bin"));
        var bytes = new byte[count * record];
        stream.ReadExactly(bytes);
        using var scope = NewDisposeScope();
        var records = tensor(bytes).view(count, record);
        var images = records.narrow(1, 2, 3072).contiguous().view(count, 3, 32, 32);
        var labels = records.select(1, 1).to(ScalarType.Int64);
        return (images.MoveToOuterDisposeScope(), labels.MoveToOuterDisposeScope());
    }

    public static Normalization NormalizationOf(string weights) =>
        weights.StartsWith("cifar100", StringComparison.Ordinal) ? Normalization.Cifar100 : Normalization.Cifar10;

    public static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "W2S.Notebooks.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("the tests do not lie inside the repository");
    }
}
