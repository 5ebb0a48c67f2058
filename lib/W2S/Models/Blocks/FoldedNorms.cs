using TorchSharp;
using TorchSharp.Modules;
using W2S.Torch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace W2S.Models.Blocks;

/// <summary>A network's convolutions with the norms behind them folded in: copies of its weights, for one pass in
/// evaluation mode.</summary>
/// <remarks>
/// A norm in evaluation mode is a factor and a shift for each channel, and the weights of the convolution before it
/// take them over; one before a convolution stays. On the CPU, sum and activation go into the same operation. A layer
/// is folded when the pass comes to it, so the network is not touched and changed weights are never met.
/// </remarks>
internal sealed class FoldedNorms : IDisposable
{
    [ThreadStatic]
    private static FoldedNorms? inUse;

    private readonly Dictionary<Conv2d, Layer> layers = [];

    /// <summary>Those that this thread's forward pass uses; null for the network as it is.</summary>
    public static FoldedNorms? InUse => inUse;

    /// <summary>Runs a network's forward pass on this thread, without gradients; several threads may.</summary>
    /// <param name="forward">The pass, in evaluation mode, always of the same network.</param>
    /// <returns>What it returns. Sums are made in place, so feature maps on the way are not to be read.</returns>
    public T Run<T>(Func<T> forward)
    {
        using var _ = no_grad();
        (var before, inUse) = (inUse, this);
        try
        {
            return forward();
        }
        finally
        {
            inUse = before;
        }
    }

    /// <summary>One convolution with what follows it.</summary>
    /// <param name="convolution">The convolution.</param>
    /// <param name="norm">The norm behind it; null for none.</param>
    /// <param name="x">[B, I, H, W].</param>
    /// <param name="plus">Is added, and may be overwritten; null for none.</param>
    /// <param name="relu">Whether ReLU is last.</param>
    /// <returns>Channels last; of 1×1 in groups in the plain layout.</returns>
    public Tensor Convolve(Conv2d convolution, BatchNorm2d? norm, Tensor x, Tensor? plus, bool relu)
    {
        Layer layer;
        lock (layers)
        {
            if (!layers.TryGetValue(convolution, out layer!))
                layers[convolution] = layer = Layer.Fold(convolution, norm);
        }
        return layer.Run(x, plus, relu);
    }

    public void Dispose()
    {
        foreach (var layer in layers.Values)
        {
            layer.Weight.Dispose();
            layer.Packed?.Dispose();
            layer.Bias.Dispose();
        }
    }

    private sealed record Layer(Conv2d Shape, Tensor Weight, Tensor? Packed, Tensor Bias)
    {
        // libtorch 2.10 errs on some kernels of 1×1 (see ImageModel.TakesChannelsLast): they are products of matrices
        // here, and in groups they are computed in the plain layout.
        private readonly bool pointwise = Pointwise(Shape);

        public static Layer Fold(Conv2d convolution, BatchNorm2d? norm)
        {
            using var scope = NewDisposeScope();
            var weight = convolution.weight!;
            var folded = weight.detach();
            var bias = convolution.bias is { } own ? Wide(own) : zeros(weight.shape[0], ScalarType.Float64);
            if (norm is not null)
            {
                var factor = Wide(norm.weight) / (Wide(norm.running_var) + norm.eps).sqrt();
                bias = (bias - Wide(norm.running_mean)) * factor + Wide(norm.bias);
                folded = folded * Narrow(factor).view(-1, 1, 1, 1);
            }
            var packed = Pointwise(convolution) || !TorchNative.Convolves(folded) ? null
                : TorchNative.Pack(folded, convolution);
            return new Layer(convolution, folded.DetachFromDisposeScope(), packed?.DetachFromDisposeScope(),
                Narrow(bias).DetachFromDisposeScope());

            Tensor Wide(Tensor? values) => values!.cpu().to(ScalarType.Float64);
            Tensor Narrow(Tensor values) => values.to(weight.dtype).to(weight.device);
        }

        private static bool Pointwise(Conv2d shape) => shape.kernel_size is [1, 1] && shape.padding is [0, 0];

        public Tensor Run(Tensor x, Tensor? plus, bool relu)
        {
            using var scope = NewDisposeScope();
            if (pointwise && Shape.groups > 1)
                return Finish(Convolved(x.contiguous()));
            if (pointwise)
                return Finish(Product(x));
            x = x.stride(1) == 1 ? x : TorchNative.ChannelsLast(x);
            var y = Packed is null ? null : TorchNative.Convolve(x, Packed, Bias, Shape, plus, relu);
            return y?.MoveToOuterDisposeScope() ?? Finish(Convolved(x));

            Tensor Finish(Tensor y)
            {
                if (plus is not null)
                    Layers.AddInto(y, plus);
                return (relu ? y.relu_() : y).MoveToOuterDisposeScope();
            }
        }

        private Tensor Convolved(Tensor x) =>
            functional.conv2d(x, Weight, Bias, Shape.stride, Shape.padding, Shape.dilation, Shape.groups);

        private Tensor Product(Tensor x)
        {
            var pixels = x.permute(0, 2, 3, 1);
            if (Shape.stride is not [1, 1])
                pixels = pixels.slice(1, 0, x.shape[2], Shape.stride[0]).slice(2, 0, x.shape[3], Shape.stride[1]);
            var (batch, height, width, channels) = (pixels.shape[0], pixels.shape[1], pixels.shape[2], pixels.shape[3]);
            return functional.linear(pixels.reshape(-1, channels), Weight.view(-1, channels), Bias)
                .view(batch, height, width, -1).permute(0, 3, 1, 2);
        }
    }
}
