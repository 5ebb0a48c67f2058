using System.Text.RegularExpressions;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Models.Weights;

/// <summary>Names the tensors of a residual network by their places in a graph whose own names say nothing
/// (<c>Parameter10</c>, …).</summary>
/// <remarks>
/// A block ends in a sum. Its two sides are followed back to where they part: the side with more convolutions is the
/// block's path, the other its shortcut. What lies before the first block is the stem.
/// </remarks>
internal sealed partial class ResidualNames
{
    private readonly Dictionary<string, int> makers = [];
    private readonly Dictionary<string, string> names = [];
    private readonly OnnxGraph graph;

    private ResidualNames(OnnxGraph graph)
    {
        this.graph = graph;
        for (var index = 0; index < graph.Nodes.Count; index++)
        {
            foreach (var output in graph.Nodes[index].Outputs)
                makers.TryAdd(output, index);
        }
    }

    /// <summary>The tensors under the network's names; those that no block uses keep their own.</summary>
    /// <param name="graph">The graph, from its stem to its last block.</param>
    /// <param name="wanted">The network's names: <c>conv1</c>, <c>bn1</c>, <c>layer1.0.conv1</c>, …</param>
    /// <exception cref="WeightFileException">The graph is no residual network of that many blocks.</exception>
    public static Dictionary<string, Tensor> Apply(OnnxGraph graph, IReadOnlySet<string> wanted)
    {
        var names = new ResidualNames(graph).Trace(BlocksOf(wanted));
        Dictionary<string, Tensor> named = [];
        foreach (var (key, tensor) in graph.Tensors)
        {
            var name = names.GetValueOrDefault(key, key);
            if (!named.TryAdd(name, tensor))
                throw new WeightFileException(
                    $"its graph makes tensor '{FileKinds.Printable(key)}' the network's '{FileKinds.Printable(name)}', "
                    + "but another tensor has that name already; save the model again with its names");
        }
        return named;
    }

    private Dictionary<string, string> Trace(string[] blocks)
    {
        int[] sums = [.. Enumerable.Range(0, graph.Nodes.Count).Where(index => graph.Nodes[index].Operator == "Add")];
        if (sums.Length != blocks.Length)
            throw Foreign($"it has {sums.Length} sums where the network has {blocks.Length} blocks");
        for (var block = 0; block < blocks.Length; block++)
        {
            if (graph.Nodes[sums[block]].Inputs is not [var one, var other])
                throw Foreign($"sum {block + 1} does not have two sides");
            var (path, shortcut) = (Back(one, sums[block]), Back(other, sums[block]));
            List<OnnxNode> before = [];
            while (path.Count > 0 && shortcut.Count > 0 && ReferenceEquals(path[^1], shortcut[^1]))
            {
                before.Insert(0, path[^1]);
                path.RemoveAt(path.Count - 1);
                shortcut.RemoveAt(shortcut.Count - 1);
            }
            if (block == 0)
                Name(before, "", "conv1", "bn1");
            if (Convolutions(path) == Convolutions(shortcut))
                throw Foreign($"both sides of sum {block + 1} have {Convolutions(path)} convolutions");
            if (Convolutions(path) < Convolutions(shortcut))
                (path, shortcut) = (shortcut, path);
            Name(path, blocks[block], "conv1", "bn1", "conv2", "bn2", "conv3", "bn3");
            Name(shortcut, blocks[block], "downsample.0", "downsample.1");
        }
        return names;
    }

    // From a tensor to the sum or the input that it comes from. A node counts only before those that take its result,
    // so that no damaged graph leads in a circle.
    private List<OnnxNode> Back(string tensor, int before)
    {
        List<OnnxNode> path = [];
        while (makers.TryGetValue(tensor, out var index) && index < before)
        {
            var node = graph.Nodes[index];
            if (node.Operator == "Add")
                break;
            path.Add(node);
            if (node.Inputs.Count == 0)
                break;
            (tensor, before) = (node.Inputs[0], index);
        }
        return path;
    }

    // Convolutions and the norms behind them, last first, take turns under the names given.
    private void Name(IEnumerable<OnnxNode> backwards, string block, params string[] layers)
    {
        var layer = 0;
        foreach (var node in backwards.Reverse())
        {
            if (node.Operator is "Relu" or "MaxPool" && layer % 2 == 0)
                continue;
            string[] parts = node.Operator switch
            {
                "Conv" when layer % 2 == 0 => ["weight"],
                "BatchNormalization" when layer % 2 == 1 => ["weight", "bias", "running_mean", "running_var"],
                _ => throw Foreign($"a {FileKinds.Printable(node.Operator)} stands where no residual block has one"),
            };
            if (layer == layers.Length || node.Inputs.Count != 1 + parts.Length)
                throw Foreign($"a {node.Operator} takes {node.Inputs.Count} inputs, or is one too many; norms folded "
                    + "into convolutions are not unfolded");
            foreach (var (input, part) in node.Inputs.Skip(1).Zip(parts))
            {
                if (!names.TryAdd(input, $"{block}{layers[layer]}.{part}"))
                    throw Foreign($"two places share the tensor '{FileKinds.Printable(input)}'");
            }
            layer++;
        }
        if (layer % 2 == 1)
            throw Foreign("a convolution has no norm behind it");
    }

    private static int Convolutions(List<OnnxNode> path) => path.Count(node => node.Operator == "Conv");

    private static string[] BlocksOf(IReadOnlySet<string> wanted) =>
    [
        .. wanted.Select(name => Block().Match(name)).Where(match => match.Success)
            .Select(match => (Stage: int.Parse(match.Groups[1].Value), Index: int.Parse(match.Groups[2].Value)))
            .Distinct().Order().Select(block => $"layer{block.Stage}.{block.Index}."),
    ];

    private WeightFileException Foreign(string wrong) => new(
        $"its names ('{FileKinds.Printable(graph.Tensors.Keys.First())}', …) are not the network's, and its graph does "
        + $"not tell which is which: {wrong}; give the network it was made from, or save it with its names");

    [GeneratedRegex(@"^layer(\d+)\.(\d+)\.")]
    private static partial Regex Block();
}
