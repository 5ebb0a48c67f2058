using TorchSharp;
using TorchSharp.Modules;
using W2S.Torch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace W2S.Models.Blocks;

/// <summary>A network's convolutions with the norms behind them folded in: copies of its weights, for one pass in
/// evaluation mode.</summary>
/// <remarks>
/// A norm in evaluation mode is a factor and a shift for each channel, and the weights of the convolution before it take
/// them over; one before a convolution stays. On the CPU, sum and activation go into the same operation. A layer is
/// folded when the pass comes to it, so the network is not touched and changed weights are never met.
/// </remarks>
internal sealed class FoldedNorms : IDisposable
{
    [ThreadStatic]
    private static FoldedNorms? inUse;

    private readonly Dictionary<Conv2d, Layer> layers = [];

    /// <summary>Those that this thread's forward pass uses; null for the network as it is.</summary>
    public static FoldedNorms? InUse => inUse;

    /// <summary>Runs a network without gradients.</summary>
    /// <param name="model">In evaluation mode; always the same one.</param>
    /// <param name="images">float32 [B, 3, H, W], normalised, channels last.</param>
    /// <returns>As of <see cref="ImageModel.ForwardFeatures"/>. Several threads may call.</returns>
    public ModelOutput Run(ImageModel model, Tensor images)
    {
        using var _ = no_grad();
        (var before, inUse) = (inUse, this);
        try
        {
            return model.ForwardFeatures(images);
        }
        finally
        {
            inUse = before;
        }
    }

    /// <summary>One convolution with what follows it.</summary>
    /// <returns>Channels last where <paramref name="x"/> is.</returns>
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
            layer.Bias.Dispose();
        }
    }

    private sealed record Layer(Conv2d Shape, Tensor Weight, Tensor Bias)
    {
        // libtorch 2.10 errs on some kernels of 1×1 (see ImageModel.TakesChannelsLast): they are products of matrices
        // here, and in groups they are computed in the plain layout.
        private readonly bool pointwise = Shape.kernel_size is [1, 1] && Shape.padding is [0, 0];

        public static Layer Fold(Conv2d convolution, BatchNorm2d? norm)
        {
            using var scope = NewDisposeScope();
            var weight = Wide(convolution.weight);
            var bias = convolution.bias is { } own ? Wide(own) : zeros(weight.shape[0], ScalarType.Float64);
            if (norm is not null)
            {
                var factor = Wide(norm.weight) / (Wide(norm.running_var) + norm.eps).sqrt();
                bias = (bias - Wide(norm.running_mean)) * factor + Wide(norm.bias);
                weight = weight * factor.view(-1, 1, 1, 1);
            }
            return new Layer(convolution, Narrow(TorchNative.ChannelsLast(weight)), Narrow(bias));

            Tensor Wide(Tensor? values) => values!.cpu().to(ScalarType.Float64);
            Tensor Narrow(Tensor values) =>
                values.to(convolution.weight!.dtype).to(convolution.weight.device).DetachFromDisposeScope();
        }

        public Tensor Run(Tensor x, Tensor? plus, bool relu)
        {
            using var scope = NewDisposeScope();
            if (pointwise && Shape.groups > 1)
                return Finish(Convolved(x.contiguous(), Weight.contiguous()));
            if (pointwise)
                return Finish(Product(x));
            x = x.stride(1) == 1 ? x : TorchNative.ChannelsLast(x);
            return TorchNative.Convolve(x, Weight, Bias, Shape, plus, relu)?.MoveToOuterDisposeScope()
                ?? Finish(Convolved(x, Weight));

            Tensor Finish(Tensor y)
            {
                if (plus is not null)
                    Layers.AddInto(y, plus);
                return (relu ? y.relu_() : y).MoveToOuterDisposeScope();
            }
        }

        private Tensor Convolved(Tensor x, Tensor weight) =>
            functional.conv2d(x, weight, Bias, Shape.stride, Shape.padding, Shape.dilation, Shape.groups);

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
