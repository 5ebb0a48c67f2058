using TorchSharp;
using W2S.Models;
using W2S.Models.Weights;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>All tensors of a run that change: parameters, buffers, optimizer. Those that it makes are owned by the
/// current dispose scope.</summary>
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
        Parameters = new FlatParameters(ParameterGroups.Of(model, loss, options), options.Optimizer, channelsLast);
        foreach (var (name, parameter) in model.named_parameters())
        {
            if (!parameter.requires_grad || !ParameterGroups.IsFrozen(name, model, options)) continue;
            parameter.requires_grad = false; // for the run: no gradient is computed for it
            frozen.Add(parameter);
        }
    }

    public FlatParameters Parameters { get; }

    /// <summary>Keeps the network's present weights as the best.</summary>
    public void KeepBest()
    {
        DropBest();
        using var _ = no_grad();
        best = model.state_dict().ToDictionary(entry => entry.Key,
            entry => entry.Value.detach().clone().DetachFromDisposeScope());
    }

    /// <summary>Puts the best weights into the network: those that were kept, or else those of a file.</summary>
    public void UseBest(string? file)
    {
        using var scope = NewDisposeScope();
        if ((best ?? (file is null ? null : SafeTensorsFile.Read(file))) is { } weights)
            Fill(model.state_dict(), weights);
    }

    /// <summary>All but the network's own tensors by name: optimizer, the loss's own module.</summary>
    public Dictionary<string, Tensor> State() => Parameters.Buffers
        .Select(buffer => ($"optimizer.{buffer.Key}", buffer.Value))
        .Concat((loss?.state_dict() ?? []).Select(entry => ($"loss.{entry.Key}", entry.Value)))
        .ToDictionary();

    /// <summary>Puts a checkpoint's tensors into place.</summary>
    /// <exception cref="IOException">One is missing or has another shape.</exception>
    public void Restore(Checkpoint checkpoint)
    {
        using var scope = NewDisposeScope();
        Fill(model.state_dict(), checkpoint.Weights);
        Fill(State(), checkpoint.State);
    }

    // The network keeps its weights; the gradients go, and what was frozen may be trained again.
    public void Dispose()
    {
        foreach (var parameter in Parameters.Parameters)
            parameter.Value.grad = null;
        foreach (var parameter in frozen)
            parameter.requires_grad = true;
        DropBest();
    }

    private static void Fill(Dictionary<string, Tensor> targets, IReadOnlyDictionary<string, Tensor> kept)
    {
        using var _ = no_grad();
        foreach (var (name, target) in targets)
        {
            if (!kept.TryGetValue(name, out var stored) || !stored.shape.SequenceEqual(target.shape))
                throw new IOException(
                    $"what the run has kept lacks '{name}' in the shape {target.Shape()}; it was written by another "
                    + "version: begin the run again");
            target.copy_(stored);
        }
    }

    private void DropBest()
    {
        foreach (var tensor in best?.Values ?? Enumerable.Empty<Tensor>())
            tensor.Dispose();
    }
}
