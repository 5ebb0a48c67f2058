using System.IO.MemoryMappedFiles;
using TorchSharp;
using W2S.Data;
using W2S.Data.Batches;
using W2S.Data.Views;
using W2S.Models;
using W2S.Models.Weights;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>A teacher's logits for fixed views of a set, computed once and mapped from a file.</summary>
/// <remarks>The file is a safetensors file with one tensor, <c>logits</c> [views, images, classes], and the key beside
/// it. It is written under a temporary name, flushed and renamed: it is whole or not there.</remarks>
public sealed unsafe class TeacherCache : IDisposable
{
    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor view;
    private readonly byte* rows;
    private bool disposed;

    private TeacherCache(string path, TeacherKey key, ScalarType type, int views, int images, int classes)
    {
        (Path, Key, Type, Views, Images, Classes) = (path, key, type, views, images, classes);
        file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        rows = start + 8 + *(long*)start;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What the logits belong to.</summary>
    public TeacherKey Key { get; }

    /// <summary>float16 or float32.</summary>
    public ScalarType Type { get; }

    /// <summary>Views stored of each image.</summary>
    public int Views { get; }

    /// <summary>Images.</summary>
    public int Images { get; }

    /// <summary>Classes.</summary>
    public int Classes { get; }

    /// <summary>Opens a cache and makes sure that it belongs to this teacher, these images and these views.</summary>
    /// <param name="path">The file.</param>
    /// <param name="teacher">The network.</param>
    /// <param name="images">The images.</param>
    /// <param name="batches">How the run serves them: augmentation, seed and number of views count.</param>
    /// <param name="input">What the teacher expects; null where that is the run's normalisation.</param>
    /// <returns>The cache; the caller disposes it.</returns>
    /// <exception cref="TeacherCacheException">The file is missing, damaged, or belongs to something else; the message
    /// says what differs.</exception>
    /// <exception cref="ArgumentException">The views are random without end.</exception>
    public static TeacherCache Open(string path, ImageModel teacher, ImageSet images, BatchOptions batches,
        Normalization? input = null)
    {
        ArgumentNullException.ThrowIfNull(teacher);
        var cache = Read(path);
        try
        {
            cache.Key.Require(TeacherKey.Of(teacher, input ?? batches.Normalization, images, batches), path);
            return cache;
        }
        catch
        {
            cache.Dispose();
            throw;
        }
    }

    /// <summary>Computes a teacher's logits for every stored view and keeps them.</summary>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <param name="teacher">The network; its mode is restored.</param>
    /// <param name="images">The images.</param>
    /// <param name="batches">How the run will serve them.</param>
    /// <param name="input">What the teacher expects; null where that is the run's normalisation.</param>
    /// <param name="type">float16 (half the size, 3 digits) or float32.</param>
    /// <param name="progress">Hears after every batch.</param>
    /// <param name="token">Stops the pass; nothing is left behind.</param>
    /// <returns>The cache; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The type is neither, or the views are random without end.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="token"/> was cancelled.</exception>
    public static TeacherCache Create(
        string path, ImageModel teacher, ImageSet images, BatchOptions batches, Normalization? input = null,
        ScalarType type = ScalarType.Float16, IProgress<ExtractionProgress>? progress = null,
        CancellationToken token = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(teacher);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(batches);
        if (type is not (ScalarType.Float16 or ScalarType.Float32))
            throw new ArgumentException($"logits of type {type} are not kept; give Float16 or Float32", nameof(type));
        var key = TeacherKey.Of(teacher, input ?? batches.Normalization, images, batches);
        TeacherCacheWriter.Write(path, key, teacher, images,
            batches with { Normalization = input ?? batches.Normalization }, type, progress, token);
        return Read(path);
    }

    /// <summary>Opens the cache if it is there and belongs to this, makes it if it is not there.</summary>
    /// <inheritdoc cref="Create"/>
    /// <exception cref="TeacherCacheException">There is a cache under that name which is damaged, belongs to something
    /// else or holds numbers of another type.</exception>
    public static TeacherCache OpenOrCreate(
        string path, ImageModel teacher, ImageSet images, BatchOptions batches, Normalization? input = null,
        ScalarType type = ScalarType.Float16, IProgress<ExtractionProgress>? progress = null,
        CancellationToken token = default)
    {
        if (!File.Exists(path)) return Create(path, teacher, images, batches, input, type, progress, token);
        var cache = Open(path, teacher, images, batches, input);
        if (cache.Type == type) return cache;
        cache.Dispose();
        throw new TeacherCacheException(
            $"{path} holds logits of type {cache.Type} and {type} is asked for; give another path, or delete it to "
            + "make it anew");
    }

    /// <summary>The logits of some images.</summary>
    /// <param name="indices">Positions in the set.</param>
    /// <param name="viewNumber">Which stored view.</param>
    /// <param name="device">Where to.</param>
    /// <returns>float32 [B, C], owned by the current dispose scope.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A position or view is not stored.</exception>
    public Tensor Read(IReadOnlyList<int> indices, int viewNumber = 0, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(indices);
        ObjectDisposedException.ThrowIf(disposed, this);
        if (Views == 1 && Key.Views == TeacherCacheWriter.Plain) viewNumber = 0; // one view for every epoch
        if (viewNumber < 0 || viewNumber >= Views)
            throw new ArgumentOutOfRangeException(nameof(viewNumber), viewNumber,
                $"view {viewNumber} is outside 0 … {Views - 1} of {Path}");
        using var scope = NewDisposeScope();
        var width = Classes * TeacherCacheWriter.Bytes(Type);
        var picked = empty(indices.Count, Classes, Type);
        var target = picked.bytes;
        for (var row = 0; row < indices.Count; row++)
        {
            if ((uint)indices[row] >= (uint)Images)
                throw new ArgumentOutOfRangeException(nameof(indices), indices[row],
                    $"position {indices[row]} is outside 0 … {Images - 1} of {Path}");
            new ReadOnlySpan<byte>(rows + ((long)viewNumber * Images + indices[row]) * width, width)
                .CopyTo(target[(row * width)..]);
        }
        return picked.to(device ?? CPU).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        file.Dispose();
    }

    private static TeacherCache Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            var texts = SafeTensorsFile.ReadMetadata(path);
            return new TeacherCache(path,
                new TeacherKey(texts["teacher"], texts["input"], texts["data"], texts["views"]),
                Enum.Parse<ScalarType>(texts["type"]), int.Parse(texts["view-count"]), int.Parse(texts["image-count"]),
                int.Parse(texts["class-count"]));
        }
        catch (Exception error)
            when (error is IOException or KeyNotFoundException or FormatException or ArgumentException)
        {
            var reason = error is KeyNotFoundException ? $"{path} is no teacher cache: it has no key" : error.Message;
            throw new TeacherCacheException($"{reason}; delete it and make the cache anew", error);
        }
    }
}
