using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace W2S.Models.Blocks;

/// <summary>A part of a network whose intermediate tensors die with it: one dispose scope each.</summary>
/// <remarks>
/// Modules are found through fields, so a field is named as the public code names the key. The scopes keep peak memory
/// flat over a run; autograd holds on to what it needs by itself.
/// </remarks>
internal abstract class Block(string name) : Module<Tensor, Tensor>(name)
{
    public sealed override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var output = Run(input);
        // A block may hand its input through (an empty shortcut): that tensor belongs to the caller already.
        return ReferenceEquals(output, input) ? output : output.MoveToOuterDisposeScope();
    }

    protected abstract Tensor Run(Tensor x);
}

/// <summary>Modules run one after the other, under the keys <c>0</c>, <c>1</c>, … or those given.</summary>
internal sealed class Chain : Block
{
    private readonly List<Module<Tensor, Tensor>> parts = [];

    public Chain(params IEnumerable<Module<Tensor, Tensor>> modules) : base(nameof(Chain))
    {
        foreach (var module in modules)
            Add(parts.Count.ToString(), module);
    }

    public IReadOnlyList<Module<Tensor, Tensor>> Parts => parts;

    /// <summary>Appends a module under a key of its own, as public code has where layers without weights take
    /// numbers.</summary>
    public Chain Add(string key, Module<Tensor, Tensor> module)
    {
        register_module(key, module);
        parts.Add(module);
        return this;
    }

    protected override Tensor Run(Tensor x)
    {
        for (var index = 0; index < parts.Count; index++)
        {
            if (parts[index] is not Conv2d convolution)
            {
                x = parts[index].call(x);
                continue;
            }
            var norm = parts.ElementAtOrDefault(index + 1) as BatchNorm2d;
            if (norm is not null)
                index++;
            var relu = parts.ElementAtOrDefault(index + 1) is Activation;
            if (relu)
                index++;
            x = Layers.Convolve(convolution, norm, x, relu: relu);
        }
        return x;
    }
}

/// <summary>ReLU, in place.</summary>
internal sealed class Activation() : Block(nameof(Activation))
{
    protected override Tensor Run(Tensor x) => x.relu_();
}

/// <summary>An activation, pooling or other function without weights as a module.</summary>
internal sealed class Function(Func<Tensor, Tensor> body) : Block(nameof(Function))
{
    protected override Tensor Run(Tensor x) => body(x);
}
