using System.Text;

namespace W2S.Torch;

/// <summary>Says what a file is that is often found in the place of another, by its first bytes, and what to
/// do.</summary>
internal static class FileKinds
{
    /// <summary>How many bytes at a file's start tell.</summary>
    public const int Telling = 512;

    private const string Unpack = "unpack it and give the file inside";

    private static readonly (int At, byte[] Bytes, string Name, string Cure)[] Marks =
    [
        (0, [0x1f, 0x8b], "packed with gzip", Unpack),
        (0, [.. "BZh"u8], "packed with bzip2", Unpack),
        (0, [0xfd, .. "7zXZ"u8], "packed with xz", Unpack),
        (0, [0x28, 0xb5, 0x2f, 0xfd], "packed with Zstandard", Unpack),
        (0, [.. "7z"u8, 0xbc, 0xaf], "a 7z archive", Unpack),
        (0, [.. "Rar!"u8], "a RAR archive", Unpack),
        (257, [.. "ustar"u8], "a tar archive", Unpack),
        (0, [0x89, .. "HDF"u8], "an HDF5 file", "convert it with the library that wrote it to safetensors"),
        (0, [0x93, .. "NUMPY"u8], "a NumPy array", "save the arrays by name as safetensors"),
        (0, [.. "GGUF"u8], "a GGUF file", "fetch the safetensors file of the same model"),
        (0, [.. "%PDF"u8], "a PDF document", "give the file with the weights"),
    ];

    /// <summary>A clause such as "it is a Git LFS pointer …; run git lfs pull", or null where the bytes tell
    /// nothing.</summary>
    /// <param name="start">The first <see cref="Telling"/> bytes, or all where there are fewer.</param>
    public static string? Describe(ReadOnlySpan<byte> start)
    {
        if (start.IsEmpty)
            return "it is empty (0 bytes); fetch or save it again";
        foreach (var (at, bytes, name, cure) in Marks)
        {
            if (start.Length > at && start[at..].StartsWith(bytes))
                return $"it is {name}; {cure}";
        }
        return IsText(start) ? DescribeText(Encoding.UTF8.GetString(start).TrimStart('\ufeff', ' ', '\t', '\r', '\n'))
            : null;
    }

    private static string DescribeText(string text)
    {
        if (text.StartsWith("version https://git-lfs", StringComparison.Ordinal))
        {
            return "it is a Git LFS pointer, a note that stands for the file; run 'git lfs pull' in its folder, " +
                "or download the file itself";
        }
        if (text.StartsWith('<'))
        {
            return "it is a web page (HTML or XML), saved in the file's place, as a login or an error page is; " +
                "open the address in a browser and download the file itself";
        }
        var line = Printable(text.Split('\n')[0].TrimEnd('\r'));
        return $"it is text that begins '{(line.Length > 60 ? line[..60] + "…" : line)}'; give the file that the text "
            + "names or was saved for";
    }

    // No format of weights begins with eight bytes of text.
    private static bool IsText(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("\ufeff"u8))
            return true;
        foreach (var value in start[..Math.Min(9, start.Length)])
        {
            if (value is not (>= 0x20 and < 0x7f or (byte)'\t' or (byte)'\r' or (byte)'\n'))
                return false;
        }
        return true;
    }

    /// <summary>At most 120 characters of a name that came from a file, without control characters.</summary>
    public static string Printable(string text)
    {
        var cut = text.Length > 120 ? text[..120] + "…" : text;
        return string.Concat(cut.Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? '�' : letter));
    }
}
