using TorchSharp;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>A parameter and how it is trained.</summary>
/// <param name="Name">Its name in the model.</param>
/// <param name="Value">The parameter, with gradient.</param>
/// <param name="LearningRateScale">Times the optimizer's learning rate.</param>
/// <param name="WeightDecay">Its weight decay.</param>
internal sealed record TrainedParameter(string Name, Tensor Value, double LearningRateScale = 1,
    double WeightDecay = 0);

/// <summary>Parameters that share learning rate and weight decay: one piece of the flat buffers.</summary>
internal sealed record FlatGroup(Tensor Values, Tensor Gradients, long Start, long Length, double LearningRateScale,
    double WeightDecay)
{
    /// <summary>The same piece of another buffer, owned by the current dispose scope.</summary>
    public Tensor Slice(Tensor buffer) => buffer.narrow(0, Start, Length);
}

/// <summary>All trained parameters in one buffer and their gradients in another, so that an update or a
/// check is a handful of operations however many parameters there are. The model's parameters become views of the
/// buffer.</summary>
internal sealed class FlatParameters : IDisposable
{
    private const int Alignment = 16; // elements: 64 bytes of float32, a cache line and a vector register

    /// <param name="parameters">Of one dtype and device, each with gradient.</param>
    /// <param name="channelsLast">Whether four-dimensional ones are laid out with the channels last.</param>
    /// <exception cref="ArgumentException">There is none, or they differ in dtype or device.</exception>
    public FlatParameters(IReadOnlyList<TrainedParameter> parameters, bool channelsLast = false)
    {
        if (parameters.Count == 0)
            throw new ArgumentException("no parameter is to be trained; leave at least one unfrozen",
                nameof(parameters));
        var first = parameters[0];
        if (parameters.FirstOrDefault(
            p => p.Value.dtype != first.Value.dtype
                || p.Value.device.ToString() != first.Value.device.ToString()) is { } other)
            throw new ArgumentException(
                $"{first.Name} is {first.Value.dtype} on {first.Value.device}, {other.Name} {other.Value.dtype} on "
                + $"{other.Value.device}; " +
                "give all parameters one dtype and device", nameof(parameters));
        Parameters = [.. parameters.GroupBy(p => (p.LearningRateScale, p.WeightDecay)).SelectMany(group => group)];

        using var _ = no_grad();
        using var scope = NewDisposeScope();
        Values = zeros(Parameters.Sum(p => Padded(p.Value)), first.Value.dtype, first.Value.device)
            .DetachFromDisposeScope();
        Gradients = zeros_like(Values).DetachFromDisposeScope();
        List<FlatGroup> groups = [];
        long start = 0;
        foreach (var group in Parameters.GroupBy(p => (p.LearningRateScale, p.WeightDecay)))
        {
            var groupStart = start;
            foreach (var parameter in group)
            {
                var strides = Strides(parameter.Value.shape, channelsLast);
                Adopt(parameter.Value, strides, start);
                start += Padded(parameter.Value);
            }
            var length = start - groupStart;
            groups.Add(new FlatGroup(
                Values.narrow(0, groupStart, length)
                    .DetachFromDisposeScope(), Gradients.narrow(0, groupStart, length).DetachFromDisposeScope(),
                groupStart, length, group.Key.LearningRateScale, group.Key.WeightDecay));
        }
        Groups = groups;
    }

    /// <summary>In the order of the buffers.</summary>
    public IReadOnlyList<TrainedParameter> Parameters { get; }

    /// <summary>[P], with gaps of zeros between parameters.</summary>
    public Tensor Values { get; }

    /// <summary>[P]; backward adds into it.</summary>
    public Tensor Gradients { get; }

    /// <summary>Pieces with a learning rate and weight decay each.</summary>
    public IReadOnlyList<FlatGroup> Groups { get; }

    /// <summary>Says which parameter lies where, so that a buffer of another model is recognised.</summary>
    public string Layout => string.Join(";", Parameters.Select(p => $"{p.Name}[{string.Join(",", p.Value.shape)}]"));

    /// <summary>The first parameter whose gradient is not finite throughout, or null.</summary>
    public string? FirstNotFinite()
    {
        using var scope = NewDisposeScope();
        return Parameters.FirstOrDefault(p => !p.Value.grad!.isfinite().all().item<bool>())?.Name;
    }

    public void Dispose()
    {
        foreach (var group in Groups)
        {
            group.Values.Dispose();
            group.Gradients.Dispose();
        }
        Values.Dispose();
        Gradients.Dispose();
    }

    // The parameter keeps its identity and changes its storage.
    private void Adopt(Tensor parameter, long[] strides, long start)
    {
        var place = Values.as_strided(parameter.shape, strides, start);
        place.copy_(parameter);
        parameter.set_(place);
        parameter.grad = Gradients.as_strided(parameter.shape, strides, start);
    }

    private static long Padded(Tensor tensor) => (tensor.numel() + Alignment - 1) / Alignment * Alignment;

    private static long[] Strides(long[] shape, bool channelsLast)
    {
        if (channelsLast && shape is [_, var c, var h, var w])
            return [h * w * c, 1, w * c, c];
        var strides = new long[shape.Length];
        long stride = 1;
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= shape[i];
        }
        return strides;
    }
}
