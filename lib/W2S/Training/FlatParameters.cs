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

/// <summary>All trained parameters in one buffer, their gradients in another, and in further ones what the optimizer
/// remembers, so that an update or a check is a handful of operations however many parameters there are. The model's
/// parameters become views of the buffer.</summary>
internal sealed class FlatParameters
{
    private const int Alignment = 16; // elements: 64 bytes of float32, a cache line and a vector register
    private readonly Optimizer optimizer;

    /// <summary>Makes the buffers, which are owned by the current dispose scope.</summary>
    /// <param name="parameters">Of one dtype and device, each with gradient.</param>
    /// <param name="optimizer">Moves them.</param>
    /// <param name="channelsLast">Whether four-dimensional ones are laid out with the channels last.</param>
    /// <exception cref="ArgumentException">There is none, or they differ in dtype or device.</exception>
    public FlatParameters(IReadOnlyList<TrainedParameter> parameters, Optimizer optimizer, bool channelsLast = false)
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
                + $"{other.Value.device}; give all parameters one dtype and device", nameof(parameters));
        this.optimizer = optimizer;
        var groups = parameters.GroupBy(p => (p.LearningRateScale, p.WeightDecay)).ToArray();
        Parameters = [.. groups.SelectMany(group => group)];

        using var _ = no_grad();
        Values = zeros(Parameters.Sum(p => Padded(p.Value)), first.Value.dtype, first.Value.device);
        Gradients = zeros_like(Values);
        Buffers = optimizer.Buffers.ToDictionary(name => name, _ => zeros_like(Values));
        List<ParameterUpdate> updates = [];
        long start = 0;
        foreach (var group in groups)
        {
            var groupStart = start;
            foreach (var parameter in group)
            {
                Adopt(parameter.Value, channelsLast, start);
                start += Padded(parameter.Value);
            }
            updates.Add(new ParameterUpdate(this, groupStart, start - groupStart, group.Key.LearningRateScale,
                group.Key.WeightDecay));
        }
        Groups = updates;
    }

    /// <summary>In the order of the buffers.</summary>
    public IReadOnlyList<TrainedParameter> Parameters { get; }

    /// <summary>[P], with gaps of zeros between parameters.</summary>
    public Tensor Values { get; }

    /// <summary>[P]; backward adds into it.</summary>
    public Tensor Gradients { get; }

    /// <summary>What the optimizer remembers, by name, [P] each.</summary>
    public IReadOnlyDictionary<string, Tensor> Buffers { get; }

    /// <summary>Pieces with a learning rate and weight decay each.</summary>
    public IReadOnlyList<ParameterUpdate> Groups { get; }

    /// <summary>Says which parameter lies where, so that a buffer of another model is recognised.</summary>
    public string Layout => string.Join(";", Parameters.Select(p => $"{p.Name}[{string.Join(",", p.Value.shape)}]"));

    /// <summary>The first parameter whose gradient is not finite throughout, or null.</summary>
    public string? FirstNotFinite()
    {
        using var scope = NewDisposeScope();
        return Parameters.FirstOrDefault(p => !p.Value.grad!.isfinite().all().item<bool>())?.Name;
    }

    /// <summary>Moves every parameter once; reads the gradients and leaves them as they are.</summary>
    /// <param name="learningRate">The learning rate, before scales of single parameters.</param>
    /// <param name="step">The number of the step, from 1.</param>
    public void Step(double learningRate, long step)
    {
        using var _ = no_grad();
        foreach (var group in Groups)
        {
            using var scope = NewDisposeScope();
            optimizer.Update(group.At(step, learningRate));
        }
    }

    // The parameter keeps its identity and changes its storage.
    private void Adopt(Tensor parameter, bool channelsLast, long start)
    {
        using var scope = NewDisposeScope();
        var place = Piece(Values);
        place.copy_(parameter);
        parameter.set_(place);
        parameter.grad = Piece(Gradients);

        Tensor Piece(Tensor buffer)
        {
            var piece = buffer.narrow(0, start, parameter.numel());
            return channelsLast && parameter.shape is [var n, var c, var h, var w]
                ? piece.view(n, h, w, c).permute(0, 3, 1, 2)
                : piece.view(parameter.shape);
        }
    }

    private static long Padded(Tensor tensor) => (tensor.numel() + Alignment - 1) / Alignment * Alignment;
}
