using static TorchSharp.torch;

namespace W2S.Models.Weights;

/// <summary>Named tensors that lie together in a weight file: a dict of it, or the names of one that share a
/// prefix.</summary>
internal sealed class WeightSet
{
    // A container may hold itself, and no checkpoint of the field goes deeper.
    private const int Deepest = 6;
    private readonly object? container;
    private readonly WeightSet? parent;
    private readonly string name;

    /// <summary>Tensors by name, of a format without nesting.</summary>
    public WeightSet(IReadOnlyDictionary<string, Tensor> tensors) : this(null, "", null) => Tensors = tensors;

    /// <summary>Tensors of an ONNX model.</summary>
    public WeightSet(OnnxGraph graph) : this(graph.Tensors) => Graph = graph;

    private WeightSet(object? container, string name, WeightSet? parent)
    {
        (this.container, this.name, this.parent) = (container, name, parent);
        Depth = parent is null ? 0 : parent.Depth + 1;
        Tensors = container is Dictionary<object, object?> map
            ? map.Where(entry => entry is { Key: string, Value: Tensor })
                .ToDictionary(entry => (string)entry.Key, entry => (Tensor)entry.Value!)
            : new Dictionary<string, Tensor>();
    }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors { get; private init; }

    /// <summary>The graph that uses them, where the file holds one.</summary>
    public OnnxGraph? Graph { get; }

    /// <summary>How many containers it lies in.</summary>
    public int Depth { get; }

    /// <summary>Keys from the file's top to it, outermost first; none at the top.</summary>
    public IEnumerable<string> Keys => parent is null ? [] : parent.Keys.Append(name);

    /// <summary>The same in one, with dots between: what <c>key</c> names it by.</summary>
    public string Path => string.Join('.', Keys);

    /// <summary>How long <see cref="Path"/> is, without making it.</summary>
    public int PathLength => parent is null ? 0 : parent.PathLength + name.Length + (parent.parent is null ? 0 : 1);

    /// <summary>Every container below a saved value that holds tensors by name.</summary>
    public static List<WeightSet> FindAll(object? root)
    {
        List<WeightSet> found = [];
        HashSet<object> seen = new(ReferenceEqualityComparer.Instance);
        Queue<WeightSet> open = new();
        Visit(root, "", null);
        while (open.TryDequeue(out var set))
        {
            if (set.Tensors.Count > 0)
                found.Add(set);
            if (set.Depth == Deepest)
                continue;
            foreach (var (name, value) in set.Entries())
                Visit(value, name, set);
        }
        return found;

        void Visit(object? value, string name, WeightSet? parent)
        {
            if (value is Dictionary<object, object?> or IList<object?> && seen.Add(value))
                open.Enqueue(new WeightSet(value, name, parent));
        }
    }

    /// <summary>Those of its tensors whose names begin with a prefix, without it.</summary>
    /// <param name="prefix">With the dot at its end.</param>
    public WeightSet Below(string prefix) => new(container, prefix[..^1], this)
    {
        Tensors = Tensors.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value),
    };

    /// <summary>What lies beside its tensors in the containers from the top to it, by name.</summary>
    public IEnumerable<string> Others()
    {
        if (parent is null)
            return Entries().Where(entry => entry.Value is not Tensor).Select(entry => entry.Name);
        if (ReferenceEquals(parent.container, container)) // a prefix: the other names, by their first part
        {
            return parent.Tensors.Keys.Where(key => !key.StartsWith($"{name}.", StringComparison.Ordinal))
                .Select(key => key.Split('.')[0]).Distinct().Concat(parent.Others());
        }
        return parent.Entries().Select(entry => entry.Name).Where(entry => entry != name).Concat(parent.AboveOthers())
            .Concat(Entries().Where(entry => entry.Value is not Tensor).Select(entry => entry.Name));
    }

    private IEnumerable<string> AboveOthers() => parent is null
        ? []
        : parent.Entries().Select(entry => entry.Name).Where(entry => entry != name).Concat(parent.AboveOthers());

    private IEnumerable<(string Name, object? Value)> Entries() => container switch
    {
        Dictionary<object, object?> map =>
            map.Where(entry => entry.Key is string).Select(entry => ((string)entry.Key, entry.Value)),
        IList<object?> items => items.Select((item, index) => ($"{index}", item)),
        _ => [],
    };
}
