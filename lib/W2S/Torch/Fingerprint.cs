using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TorchSharp;
using static TorchSharp.torch;

namespace W2S.Torch;

/// <summary>Short names of weights and data by their content: the first 16 hexadecimal digits of a SHA-256.</summary>
internal static class Fingerprint
{
    private static readonly ConditionalWeakTable<Tensor, string> Pixels = [];

    /// <summary>Of all parameters and buffers.</summary>
    public static string Of(nn.Module model)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var scope = NewDisposeScope();
        foreach (var (name, value) in model.state_dict().OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(name));
            hash.AppendData(value.detach().cpu().contiguous().bytes);
        }
        return Text(hash.GetHashAndReset());
    }

    /// <summary>Of the pixels of a set of images, which nobody changes: computed once a tensor.</summary>
    /// <param name="images">uint8 [N, 3, H, W].</param>
    public static string Of(Tensor images) => Pixels.GetValue(images, pixels =>
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes(string.Join("x", pixels.shape)));
        const int chunk = 4096;
        for (var start = 0; start < pixels.shape[0]; start += chunk)
        {
            using var part = pixels.narrow(0, start, Math.Min(chunk, pixels.shape[0] - start));
            hash.AppendData(part.bytes);
        }
        return Text(hash.GetHashAndReset());
    });

    /// <summary>Of numbers.</summary>
    public static string Of<T>(IReadOnlyList<T> numbers) where T : unmanaged =>
        Text(SHA256.HashData(MemoryMarshal.AsBytes<T>(numbers as T[] ?? [.. numbers])));

    private static string Text(byte[] hash) => Convert.ToHexStringLower(hash)[..16];
}
