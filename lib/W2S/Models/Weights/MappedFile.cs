using System.IO.MemoryMappedFiles;

namespace W2S.Models.Weights;

/// <summary>A file mapped into memory to be read.</summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile? map;
    private readonly MemoryMappedViewAccessor? accessor;

    private MappedFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
            throw new WeightFileException($"{path}: it is a folder; {Inside(path)}");
        try
        {
            var length = new FileInfo(path).Length;
            if (length == 0)
                return; // cannot be mapped; an empty view says so when it is read
            map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            accessor = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            byte* start = null;
            accessor.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
            View = new ByteView(start + accessor.PointerOffset, length);
        }
        catch (FileNotFoundException error)
        {
            Dispose();
            throw new WeightFileException($"{path}: there is no such file", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Dispose();
            throw new WeightFileException($"{path}: cannot be opened ({error.Message})", error);
        }
    }

    private ByteView View { get; }

    /// <summary>What a file's bytes hold.</summary>
    /// <exception cref="WeightFileException">There is no such file, or it is not as <paramref name="parse"/> expects;
    /// the message begins with its path.</exception>
    public static T Read<T>(string path, Func<ByteView, T> parse)
    {
        using var file = new MappedFile(path);
        try
        {
            return parse(file.View);
        }
        catch (WeightFileException error)
        {
            throw error.In(path);
        }
    }

    private static string Inside(string folder)
    {
        try
        {
            if (File.Exists(Path.Combine(folder, "data.pkl")))
                return "it is a PyTorch file that was unpacked: pack it again as a zip file, or fetch it anew";
            var names = Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path))
                .Where(name =>
                    Path.GetExtension(name)
                        .ToLowerInvariant() is ".safetensors" or ".pth" or ".pt" or ".bin" or ".ckpt" or ".onnx")
                .Order(StringComparer.Ordinal).Take(5).ToArray();
            return names.Length == 0 ? "give the weight file itself" : $"give a file in it: {string.Join(", ", names)}";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "give the weight file itself";
        }
    }

    public void Dispose()
    {
        if (View.Length > 0)
            accessor!.SafeMemoryMappedViewHandle.ReleasePointer();
        accessor?.Dispose();
        map?.Dispose();
    }
}
