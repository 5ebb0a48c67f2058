using static TorchSharp.torch;

namespace W2S.Models.Weights;

/// <summary>What is read of an ONNX model: its tensors, and where its graph uses them.</summary>
/// <param name="Producer">The program that wrote it, for instance <c>pytorch</c> or <c>CNTK</c>; empty where none is
/// named.</param>
/// <param name="Tensors">By name.</param>
/// <param name="Nodes">In the file's order, in which a node comes after those whose results it takes.</param>
internal sealed record OnnxGraph(
    string Producer, IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyList<OnnxNode> Nodes);

/// <summary>A step of the graph.</summary>
/// <param name="Operator">Its kind, for instance <c>Conv</c>.</param>
/// <param name="Inputs">Names of what it takes: results of other nodes, the graph's inputs, tensors of the
/// file.</param>
/// <param name="Outputs">Names of its results.</param>
internal sealed record OnnxNode(string Operator, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs);
