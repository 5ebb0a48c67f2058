using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Models.Weights;

/// <summary>Reads what <c>torch.save</c> wrote, in the zip format (since PyTorch 1.6) or the one before it.</summary>
/// <remarks>
/// Only tensors, NumPy arrays and plain containers are read. A pickle may ask for any Python class or function; here a
/// name outside a short list ends the reading with that name, and nothing is ever run. Memory is bounded by the file's
/// size: tensors that share a storage share it here too. Format: torch/serialization.py and caffe2/serialize of
/// PyTorch.
/// </remarks>
internal static class PyTorchFile
{
    private static readonly BigInteger LegacyMagic = BigInteger.Parse("119547037146038801333356");

    /// <summary>Reads a <c>.pth</c> or <c>.pt</c> file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>
    /// The saved value: a <see cref="Tensor"/> (of tensors and NumPy arrays; owned by the current dispose scope),
    /// <c>Dictionary&lt;object, object?&gt;</c> (dict, argparse.Namespace), <c>List&lt;object?&gt;</c> (list, set),
    /// <c>object?[]</c> (tuple), string, long, <see cref="BigInteger"/>, double, bool, byte[] or null. An expanded
    /// tensor stays one: its elements share memory.
    /// </returns>
    /// <exception cref="WeightFileException">There is no such file, it is damaged, or it holds anything
    /// else.</exception>
    public static object? Read(string path) => MappedFile.Read(path, Parse);

    /// <summary>Reads the same from memory.</summary>
    public static object? Parse(ByteView file)
    {
        var format = WeightFile.FormatOf(file, WeightFile.PyTorchZip, WeightFile.PyTorchLegacy);
        using var scope = NewDisposeScope();
        List<Tensor> made = [];
        var root = format == WeightFile.PyTorchZip ? ParseZip(file, made) : ParseLegacy(file, made);
        foreach (var tensor in made)
            tensor.MoveToOuterDisposeScope();
        return root;
    }

    private static object? ParseZip(ByteView file, List<Tensor> made)
    {
        using var zip = new ZipRecords(file);
        if (zip.Names.Any(IsOfTorchScript))
        {
            throw new WeightFileException(
                "it is a TorchScript file, a program with its weights; keep the weights alone, in Python: " +
                "torch.save(torch.jit.load('file.pt').state_dict(), 'weights.pth')");
        }
        var pickle =
            zip.Names.FirstOrDefault(name => name == "data.pkl" || name.EndsWith("/data.pkl", StringComparison.Ordinal))
            ?? throw new WeightFileException(
                $"it is a zip archive of {Listed(zip.Names)}, without data.pkl, so none of torch.save; " +
                "unpack it and give the weight file inside");
        var folder = pickle[..^"data.pkl".Length];
        var order = $"{folder}byteorder";
        if (zip.Contains(order))
        {
            var bytes = zip.Read(order);
            if (bytes.Length != 6 || !bytes.Span(0, 6, "the byte order").SequenceEqual("little"u8))
                throw new WeightFileException("it was written on a big-endian machine; save it again on another");
        }
        var root = new PickleMachine(zip.Read(pickle), 0).Run();
        return Resolve(root, storage => zip.Read($"{folder}data/{storage.Key}"), made);
    }

    private static bool IsOfTorchScript(string name) =>
        name is "constants.pkl" or "model.json" || name.EndsWith("/constants.pkl", StringComparison.Ordinal)
        || name.EndsWith("/model.json", StringComparison.Ordinal) || name.Contains("/code/", StringComparison.Ordinal);

    private static string Listed(IEnumerable<string> names)
    {
        var shown = names.Take(4).Select(name => $"'{FileKinds.Printable(name)}'").ToArray();
        return shown.Length switch
        {
            0 => "nothing",
            4 => $"{string.Join(", ", shown.Take(3))} and more",
            _ => string.Join(", ", shown),
        };
    }

    private static object? ParseLegacy(ByteView file, List<Tensor> made)
    {
        long at = 0;
        IReadOnlyDictionary<string, ScalarType> types = new Dictionary<string, ScalarType>();
        object? Next()
        {
            var machine = new PickleMachine(file, at);
            var value = machine.Run();
            (at, types) = (machine.Position, machine.Storages);
            return value;
        }

        if (Next() is not BigInteger magic || magic != LegacyMagic)
            throw new WeightFileException("it is neither a zip file nor the format before it, so not of torch.save");
        if (Next() is not 1001L)
            throw new WeightFileException("its legacy format has another version than 1001");
        if (Next() is Dictionary<object, object?> system && system.GetValueOrDefault("little_endian") is false)
            throw new WeightFileException("it was written on a big-endian machine; save it again on another");
        var root = Next();
        var used = types;
        if (Next() is not List<object?> keys)
            throw new WeightFileException("the list of its storages is missing");
        Dictionary<string, (long Offset, long Count)> places = [];
        foreach (var item in keys)
        {
            if (item is not string key || !used.TryGetValue(key, out var type))
                throw new WeightFileException("its list of storages names one that nothing uses");
            var count = file.UInt64(at, "a storage's length");
            if (count > (ulong)file.Length)
                throw new WeightFileException(
                    $"storage '{FileKinds.Printable(key)}' claims {count} elements in a file of {file.Length} bytes");
            places[key] = (at + 8, (long)count * ElementTypes.Bytes(type));
            at += 8 + places[key].Count;
        }
        return Resolve(root, storage => places.TryGetValue(storage.Key, out var place)
            ? file.Slice(place.Offset, place.Count, $"storage '{FileKinds.Printable(storage.Key)}'")
            : throw new WeightFileException($"storage '{FileKinds.Printable(storage.Key)}' is missing"), made);
    }

    /// <summary>Puts tensors in the place of their descriptions, everywhere below the root.</summary>
    private static object? Resolve(object? root, Func<PickleStorage, ByteView> read, List<Tensor> made)
    {
        Dictionary<string, (ScalarType Type, Tensor Elements)> storages = [];
        Dictionary<object, Tensor> done = new(ReferenceEqualityComparer.Instance);
        return Walk(root, value =>
        {
            if (value is PickleName name)
                return name.ToString();
            if (value is not (PickleTensor or PickleArray))
                return value;
            if (!done.TryGetValue(value, out var tensor))
            {
                tensor = value is PickleTensor description ? Build(description)
                    : NumpyArrays.ToTensor((PickleArray)value);
                done[value] = tensor;
                made.Add(tensor);
            }
            return tensor;
        });

        Tensor Build(PickleTensor tensor)
        {
            var storage = tensor.Storage;
            if (!storages.TryGetValue(storage.Key, out var elements))
            {
                var bytes = read(storage);
                if (bytes.Length % ElementTypes.Bytes(storage.Type) != 0)
                    throw new WeightFileException(
                        $"storage '{FileKinds.Printable(storage.Key)}' has {bytes.Length} bytes, no whole number of "
                        + $"{storage.Type}");
                elements = storages[storage.Key] = (storage.Type, ElementTypes.Copy(bytes, storage.Type));
            }
            if (elements.Type != storage.Type || storage.ViewOffset + storage.Count > elements.Elements.numel())
            {
                throw new WeightFileException(
                    $"storage '{FileKinds.Printable(storage.Key)}' is said to hold {storage.Count} of {storage.Type}, "
                        +
                    $"but has {elements.Elements.numel()} of {elements.Type}");
            }
            if (tensor.Shape.Contains(0))
                return empty(tensor.Shape, storage.Type);
            return elements.Elements.as_strided(tensor.Shape, tensor.Strides, storage.ViewOffset + tensor.Offset);
        }
    }

    /// <summary>Replaces values below the root; each container is visited once, so one that holds itself ends
    /// too.</summary>
    private static object? Walk(object? root, Func<object?, object?> replace)
    {
        object?[] holder = [root];
        HashSet<object> seen = new(ReferenceEqualityComparer.Instance) { holder };
        Stack<object> open = new([holder]);
        void Visit(object? child)
        {
            if (child is List<object?> or object?[] or Dictionary<object, object?> && seen.Add(child))
                open.Push(child);
        }

        while (open.TryPop(out var container))
        {
            switch (container)
            {
                case IList<object?> items:
                    for (var index = 0; index < items.Count; index++)
                    {
                        var value = replace(items[index]);
                        if (!ReferenceEquals(value, items[index]))
                            items[index] = value;
                        Visit(value);
                    }
                    break;
                case Dictionary<object, object?> map:
                    foreach (var key in map.Keys.ToArray())
                    {
                        var value = replace(map[key]);
                        if (!ReferenceEquals(value, map[key]))
                            map[key] = value;
                        Visit(value);
                    }
                    break;
            }
        }
        return holder[0];
    }
}
