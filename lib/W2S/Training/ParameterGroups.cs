using System.Text.RegularExpressions;
using TorchSharp;
using TorchSharp.Modules;
using W2S.Models;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>Decides for every parameter of a network whether and how it is trained.</summary>
internal static partial class ParameterGroups
{
    /// <summary>The trained parameters of a network and, with a scale of 1, those of a loss.</summary>
    /// <exception cref="ArgumentException">A frozen name fits nothing, or layers cannot be told apart.</exception>
    public static IReadOnlyList<TrainedParameter> Of(ImageModel model, nn.Module? loss, TrainerOptions options)
    {
        var all = model.named_parameters().ToList();
        foreach (var prefix in options.Frozen)
            if (!all.Exists(p => p.name.StartsWith(prefix, StringComparison.Ordinal)))
                throw new ArgumentException(
                    $"no parameter of {model.ModelName} begins with '{prefix}'; its parameters are "
                    + $"{string.Join(", ", all.Select(p => p.name).Take(6))} …");
        if (options.FrozenBackbone && model.HeadKey == "")
            throw new ArgumentException(
                $"{model.ModelName} has no head of its own to train alone; name what stays as it is in Frozen");
        var layers = options.LayerDecay < 1 ? Layers([.. all.Select(p => p.name)], model.ModelName) : null;
        List<TrainedParameter> trained = [];
        foreach (var (name, parameter) in all)
        {
            if (IsFrozen(name, model, options) || !parameter.requires_grad) continue;
            var scale = layers is null ? 1 : Math.Pow(options.LayerDecay, layers.Values.Max() - layers[name]);
            trained.Add(new TrainedParameter(name, parameter, scale, Decay(parameter)));
        }
        foreach (var (name, parameter) in loss?.named_parameters() ?? [])
            trained.Add(new TrainedParameter($"loss.{name}", parameter, 1, Decay(parameter)));
        return trained;

        double Decay(Tensor parameter) =>
            parameter.dim() > 1 || options.DecayBiasesAndNorms ? options.Optimizer.WeightDecay : 0;
    }

    /// <summary>Whether a parameter, or everything below a module, stays as it is.</summary>
    public static bool IsFrozen(string name, ImageModel model, TrainerOptions options) =>
        options.Frozen.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))
        || options.FrozenBackbone && name != model.HeadKey
        && !name.StartsWith($"{model.HeadKey}.", StringComparison.Ordinal);

    /// <summary>Puts a network into training mode, except modules whose parameters are all frozen.</summary>
    public static void TrainMode(ImageModel model, TrainerOptions options)
    {
        model.train();
        foreach (var (name, module) in model.named_modules())
            if (module.named_parameters().ToList() is { Count: > 0 } own
                && own.All(p => IsFrozen($"{name}.{p.name}", model, options))) module.eval();
    }

    /// <summary>0 before the first block, then a number for each block, one more for what follows the last.</summary>
    public static IReadOnlyDictionary<string, int> Layers(IReadOnlyList<string> names, string model)
    {
        Dictionary<string, int> layers = [], blocks = [];
        foreach (var name in names)
        {
            var block = Block().Match(name) is { Success: true } match ? match.Value : null;
            if (block is not null && !blocks.ContainsKey(block)) blocks[block] = blocks.Count + 1;
            layers[name] = block is not null ? blocks[block] : blocks.Count == 0 ? 0 : -1;
        }
        if (blocks.Count == 0)
            throw new ArgumentException(
                $"{model} has no numbered blocks, so its learning rate cannot decay by layers; leave LayerDecay 1");
        return layers.ToDictionary(entry => entry.Key, entry => entry.Value < 0 ? blocks.Count + 1 : entry.Value);
    }

    // layer1.0, blocks.11, stages.2.blocks.5, layers.3: up to the last number that is followed by a name.
    [GeneratedRegex(@"^(?:[A-Za-z_]+\d*\.)+?\d+(?:\.blocks\.\d+)?(?=\.)")]
    private static partial Regex Block();
}
