using TorchSharp;
using W2S.Models;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>All tensors of a run that change: parameters, buffers, optimizer.</summary>
internal sealed class TrainingState : IDisposable
{
    private readonly ImageModel model;
    private readonly nn.Module? loss;
    private readonly List<Tensor> frozen = [];
    private Dictionary<string, Tensor>? best;

    public TrainingState(ImageModel model, nn.Module? loss, TrainerOptions options)
    {
        (this.model, this.loss) = (model, loss);
        // On the CPU only where the network is known to be computed rightly that way.
        var channelsLast = options.ChannelsLast
            && (model.TakesChannelsLast || model.parameters().Any(weight => weight.device_type != DeviceType.CPU));
        Parameters = new FlatParameters(ParameterGroups.Of(model, loss, options), channelsLast);
        foreach (var (name, parameter) in model.named_parameters())
        {
            if (!parameter.requires_grad || !ParameterGroups.IsFrozen(name, model, options)) continue;
            parameter.requires_grad = false; // for the run: no gradient is computed for it
            frozen.Add(parameter);
        }
        Optimizer = new OptimizerState(options.Optimizer, Parameters);
    }

    public FlatParameters Parameters { get; }

    public OptimizerState Optimizer { get; }

    /// <summary>Whether a best set of weights is held.</summary>
    public bool HasBest => best is not null;

    /// <summary>Keeps the network's present weights as the best.</summary>
    public void KeepBest()
    {
        Drop(best);
        using var _ = no_grad();
        best = model.state_dict().ToDictionary(entry => entry.Key,
            entry => entry.Value.detach().clone().DetachFromDisposeScope());
    }

    /// <summary>Takes the best weights from a file's tensors.</summary>
    public void KeepBest(IReadOnlyDictionary<string, Tensor> tensors)
    {
        Drop(best);
        best = tensors.ToDictionary(entry => entry.Key,
            entry => entry.Value.to(Parameters.Values.device, copy: true).DetachFromDisposeScope());
    }

    /// <summary>Puts the best weights into the network.</summary>
    public void UseBest() => LoadModel(best!);

    /// <summary>The network's own tensors by name, owned by the current dispose scope where copied.</summary>
    public Dictionary<string, Tensor> Weights() => model.state_dict();

    /// <summary>Everything else by name: optimizer, the loss's own module.</summary>
    public Dictionary<string, Tensor> State()
    {
        Dictionary<string, Tensor> state = [];
        foreach (var (name, buffer) in Optimizer.Buffers)
            state[$"optimizer.{name}"] = buffer;
        foreach (var (name, value) in loss?.state_dict() ?? [])
            state[$"loss.{name}"] = value;
        return state;
    }

    /// <summary>Puts a checkpoint's tensors into place.</summary>
    /// <exception cref="CheckpointException">One is missing or has another shape.</exception>
    public void Restore(Checkpoint checkpoint)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        LoadModel(checkpoint.Weights);
        foreach (var (name, target) in State())
        {
            if (!checkpoint.State.TryGetValue(name, out var stored) || !stored.shape.SequenceEqual(target.shape))
                throw new CheckpointException(
                    $"the checkpoint of step {checkpoint.Record.Step} lacks '{name}' in the shape "
                    + $"[{string.Join(", ", target.shape)}]; it was written by another version: begin the run again");
            target.copy_(stored);
        }
        Optimizer.Steps = checkpoint.Record.OptimizerSteps;
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        Release();
        Parameters.Dispose();
        Drop(best);
    }

    // The network keeps its weights; the gradients go, and what was frozen may be trained again.
    private void Release()
    {
        foreach (var parameter in Parameters.Parameters)
            parameter.Value.grad = null;
        foreach (var parameter in frozen)
            parameter.requires_grad = true;
    }

    private void LoadModel(IReadOnlyDictionary<string, Tensor> tensors)
    {
        using var _ = no_grad();
        foreach (var (name, target) in model.state_dict())
        {
            if (!tensors.TryGetValue(name, out var stored) || !stored.shape.SequenceEqual(target.shape))
                throw new CheckpointException(
                    $"the weights lack '{name}' in the shape [{string.Join(", ", target.shape)}]; they are of another "
                    + "network");
            target.copy_(stored);
        }
    }

    private static void Drop(Dictionary<string, Tensor>? tensors)
    {
        foreach (var tensor in tensors?.Values ?? Enumerable.Empty<Tensor>())
            tensor.Dispose();
    }
}
