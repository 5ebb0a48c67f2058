using System.Text;
using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Models.Weights;

/// <summary>The only Python names a pickle may use, and what each of them stands for here.</summary>
/// <param name="budget">How many bytes of copies the pickle may ask for in all: the file's size.</param>
internal sealed class PickleNames(long budget)
{
    private static readonly Dictionary<string, Func<PickleNames, object?[], object?>> Known = new()
    {
        ["collections.OrderedDict"] = (names, args) => names.OrderedDict(args),
        ["torch._utils._rebuild_tensor"] = (_, args) => Tensor(args),
        ["torch._utils._rebuild_tensor_v2"] = (_, args) => Tensor(args),
        ["torch._utils._rebuild_parameter"] = (_, args) =>
            args.Length > 0 ? args[0] as PickleTensor ?? throw Wrong("_rebuild_parameter")
                : throw Wrong("_rebuild_parameter"),
        ["torch.Size"] = (names, args) => names.Copy(args),
        ["torch.device"] = (_, args) => args.Length > 0 ? args[0] as string : throw Wrong("torch.device"),
        ["builtins.set"] = (names, args) => names.Copy(args),
        ["builtins.frozenset"] = (names, args) => names.Copy(args),
        ["collections.defaultdict"] = (_, _) => new Dictionary<object, object?>(),
        ["argparse.Namespace"] = (_, args) => Namespace(args),
        ["types.SimpleNamespace"] = (_, args) => Namespace(args),
        ["pathlib.PosixPath"] = (names, args) => names.FilePath(args),
        ["pathlib.WindowsPath"] = (names, args) => names.FilePath(args),
        ["_codecs.encode"] = (names, args) => names.Latin1(args),
        ["numpy.dtype"] = (_, args) =>
            args.Length > 0 && args[0] is string code ? new PickleElementType(code) : throw Wrong("numpy.dtype"),
        ["numpy.core.multiarray._reconstruct"] = (_, _) => new PickleArray(),
        ["numpy.core.multiarray.scalar"] = (_, args) => NumpyArrays.Scalar(args),
    };

    // Classes and constants that are only ever named, as a setting or as what a defaultdict makes; they are never
    // called.
    private static readonly HashSet<string> Constants =
    [
        .. new[] { "dict", "list", "tuple", "int", "long", "float", "bool", "str", "unicode", "bytes" }
            .Select(name => $"builtins.{name}"),
        .. new[] { "float16", "float32", "float64", "bfloat16", "int8", "int16", "int32", "int64", "uint8", "bool",
            "complex64", "complex128" }
            .Select(name => $"torch.{name}"),
        "numpy.ndarray",
    ];

    private readonly Dictionary<string, ScalarType> storages = [];
    private long spent;

    /// <summary>The storages that were asked for, with the type of their elements.</summary>
    public IReadOnlyDictionary<string, ScalarType> Storages => storages;

    /// <summary>Looks a name up.</summary>
    /// <exception cref="WeightFileException">It is none of those that are read; nothing is run.</exception>
    public PickleName Find(string? module, string? name)
    {
        var found = new PickleName(module switch
        {
            null => "?",
            "__builtin__" => "builtins", // in Python 2
            "pathlib._local" => "pathlib", // in Python 3.13
            "numpy._core.multiarray" => "numpy.core.multiarray", // in NumPy 2
            _ => module,
        }, name ?? "?");
        // Storage classes are never called either, only named.
        if (Known.ContainsKey(found.ToString()) || Constants.Contains(found.ToString())
            || StorageType(found) is not null)
            return found;
        throw new WeightFileException(
            $"it asks for '{FileKinds.Printable(found.ToString())}', which is refused: only tensors, NumPy arrays and "
            + "plain " +
            "containers are read, and nothing is ever run; save the state dict alone and read that");
    }

    /// <summary>What calling a name with a tuple of arguments stands for.</summary>
    public object? Make(object? callee, object? arguments) =>
        callee is PickleName name && Known.TryGetValue(name.ToString(), out var maker) && arguments is object?[] args
            ? maker(this, args)
            : throw new WeightFileException($"it calls {Describe(callee)}, which is refused: nothing is ever run");

    /// <summary>What making an object of a class, without calling its constructor, stands for.</summary>
    public object New(object? type, object? arguments) =>
        type is PickleName { Module: "argparse", Name: "Namespace" } && arguments is object?[] args
            ? Namespace(args)
            : throw new WeightFileException(
                $"it makes an object of {Describe(type)}, which is refused: nothing is ever run");

    /// <summary>Gives an object the state that follows it.</summary>
    public void SetState(object? target, object? state)
    {
        switch (target)
        {
            case PickleArray array:
                NumpyArrays.SetState(array, state);
                break;
            case PickleElementType type:
                type.BigEndian = state is object?[] { Length: > 1 } fields && fields[1] is ">";
                break;
            case PickleNamespace made when state is Dictionary<object, object?> attributes:
                Spend(attributes.Count);
                foreach (var (name, value) in attributes)
                    made[name] = value;
                break;
            case Dictionary<object, object?>:
                break; // attributes of an OrderedDict, such as a state dict's _metadata
            default:
                throw new WeightFileException($"it sets the state of {Describe(target)}, which is refused");
        }
    }

    /// <summary>The storage that a persistent id stands for.</summary>
    public PickleStorage Storage(object? id)
    {
        if (id is not object?[] { Length: >= 5 } parts || parts[0] is not "storage" || parts[1] is not PickleName type
            || parts[2] is not string key || parts[4] is not long count || count < 0
            || StorageType(type) is not { } elements)
        {
            throw new WeightFileException("a storage is not described as PyTorch describes one");
        }
        storages[key] = elements;
        var storage = new PickleStorage(key, elements, count);
        if (parts.Length == 5 || parts[5] is null)
            return storage;
        if (parts[5] is object?[] { Length: 3 } view && view[1] is long offset && view[2] is long size && offset >= 0
            && size >= 0 && size <= count - offset)
            return storage with { ViewOffset = offset, Count = size };
        throw new WeightFileException($"the view of storage '{FileKinds.Printable(key)}' does not lie inside it");
    }

    /// <summary>What a value is, for messages.</summary>
    public static string Describe(object? value) => value switch
    {
        null => "None",
        PickleName name => $"'{FileKinds.Printable(name.ToString())}'",
        string => "a string",
        long or double or bool => "a number",
        byte[] => "bytes",
        List<object?> => "a list",
        object?[] => "a tuple",
        Dictionary<object, object?> => "a dict",
        PickleTensor or torch.Tensor => "a tensor",
        PickleStorage => "a storage",
        PickleArray => "a NumPy array",
        PickleElementType => "a NumPy type",
        _ => "a value of another kind",
    };

    /// <summary>The same, with the first keys of a dict.</summary>
    public static string DescribeWhole(object? value)
    {
        if (value is not Dictionary<object, object?> { Count: > 0 } map) return Describe(value);
        var entries = map.Take(6).Select(entry => $"{Key(entry.Key)} ({Describe(entry.Value)})");
        return $"a dict of {string.Join(", ", entries)}{(map.Count > 6 ? ", …" : "")}";

        static string Key(object key) => key is string text ? $"'{FileKinds.Printable(text)}'" : "a key";
    }

    private static ScalarType? StorageType(PickleName name) =>
        name.Module is "torch" or "torch.cuda" or "torch.storage" ? ElementTypes.FromStorage(name.Name) : null;

    private static WeightFileException Wrong(string name) => new($"{name} has other arguments than PyTorch gives it");

    // storage, offset, shape, strides, …
    private static PickleTensor Tensor(object?[] args)
    {
        if (args.Length < 4 || args[0] is not PickleStorage storage || args[1] is not long offset
            || Numbers(args[2]) is not { } shape || Numbers(args[3]) is not { } strides
            || shape.Length != strides.Length)
        {
            throw Wrong("_rebuild_tensor_v2");
        }
        if (ElementTypes.Count(shape) is not { } count)
            throw new WeightFileException(
                $"a tensor of shape [{string.Join(", ", shape)}] has more elements than can be counted");
        // An expanded tensor has more elements than its storage: those along a stride of 0 are one.
        UInt128 last = (ulong)Math.Max(0, offset);
        for (var axis = 0; axis < shape.Length; axis++)
            last += (UInt128)(ulong)Math.Max(0, shape[axis] - 1) * (ulong)Math.Max(0, strides[axis]);
        if (offset < 0 || strides.Any(stride => stride < 0) || (count > 0 && last >= (ulong)storage.Count))
            throw new WeightFileException(
                $"a tensor of shape [{string.Join(", ", shape)}] reaches outside its storage of {storage.Count} "
                + "elements");
        return new PickleTensor(storage, offset, shape, strides);
    }

    internal static long[]? Numbers(object? value)
    {
        var items = value as IReadOnlyList<object?>;
        return items is { Count: <= 64 } && items.All(item => item is long) ? [.. items.Select(item => (long)item!)]
            : null;
    }

    private static PickleNamespace Namespace(object?[] args) => args.Length == 0 ? [] : throw Wrong("Namespace");

    private string FilePath(object?[] args)
    {
        if (args.Any(part => part is not string))
            throw Wrong("a path");
        var path = string.Join('/',
            args.Select((part, index) => index == 0 ? ((string)part!).TrimEnd('/') : (string)part!));
        Spend(path.Length);
        return path.Length == 0 && args.Length > 0 ? "/" : path;
    }

    private List<object?> Copy(object?[] args)
    {
        if (args.Length == 0)
            return [];
        var items = args[0] as IReadOnlyList<object?> ?? throw Wrong("a container");
        Spend(items.Count);
        return [.. items];
    }

    private Dictionary<object, object?> OrderedDict(object?[] args)
    {
        Dictionary<object, object?> made = [];
        foreach (var item in Copy(args))
        {
            if (item is not IReadOnlyList<object?> { Count: 2 } pair || pair[0] is not (string or long))
                throw Wrong("OrderedDict");
            made[pair[0]!] = pair[1];
        }
        return made;
    }

    // How Python 3 writes bytes in protocol 2: as text with one character a byte.
    private byte[] Latin1(object?[] args)
    {
        if (args.Length < 1 || args[0] is not string text || (args.Length > 1 && args[1] is not ("latin1" or "latin-1"))
            || text.Any(letter => letter > 255))
            throw Wrong("_codecs.encode");
        Spend(text.Length);
        return Encoding.Latin1.GetBytes(text);
    }

    private void Spend(long bytes)
    {
        spent += bytes;
        if (spent > budget)
            throw new WeightFileException($"its values would take more memory than the file's {budget} bytes");
    }
}
