using static TorchSharp.torch;

namespace W2S.Models.Weights;

/// <summary>Copies the tensors of a weight file into a network, under the names of either's convention.</summary>
internal static class StateDictLoader
{
    private static readonly string[] Wrappers = ["module.", "_orig_mod.", "encoder.", "backbone."];
    private static readonly string[] Heads = ["fc", "linear", "classifier", "head", "linear2", "classifier.linear", "classifier.0", "last_linear"];

    public static LoadReport Load(ImageModel model, string path, bool strict, HeadWeights head)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var scope = NewDisposeScope();
        using var nothing = no_grad();
        var file = WeightFile.Read(path);
        List<string> notes = [.. file.Notes];
        var source = Rename(file.Tensors, model, notes);
        if (head == HeadWeights.Replace)
            TakeHead(model, source, notes);
        var target = model.state_dict();
        if (head == HeadWeights.Keep)
        {
            foreach (var key in target.Keys.Concat(source.Keys).Where(key => IsHead(model, key)).ToArray())
            {
                target.Remove(key);
                source.Remove(key);
            }
            notes.Add($"the head {model.HeadKey} was left as it is");
        }
        return Copy(target, source, path, file.Format, strict, notes);
    }

    private static LoadReport Copy(
        Dictionary<string, Tensor> target, Dictionary<string, Tensor> source, string path, string format, bool strict, List<string> notes)
    {
        // Files from before PyTorch 0.4.1 have no batch counters, and nothing reads them but a cumulative average.
        var missing = target.Keys.Where(key => !source.ContainsKey(key)).ToList();
        var counters = missing.RemoveAll(key => key.EndsWith(".num_batches_tracked", StringComparison.Ordinal));
        if (counters > 0)
            notes.Add($"{counters} batch counters are not in the file and were left as they are");
        List<string> unexpected = [.. source.Keys.Where(key => !target.ContainsKey(key)).Select(PickleNames.Printable)];
        List<string> misshapen = [], fitting = [];
        HashSet<string> converted = [];
        foreach (var (key, tensor) in source.Where(entry => target.ContainsKey(entry.Key)))
        {
            var place = target[key];
            if (!place.shape.AsSpan().SequenceEqual(tensor.shape))
            {
                misshapen.Add($"{key} [{string.Join(", ", tensor.shape)}] for [{string.Join(", ", place.shape)}]");
                continue;
            }
            fitting.Add(key);
            if (place.dtype != tensor.dtype)
                converted.Add($"{tensor.dtype} to {place.dtype}");
        }
        if (converted.Count > 0)
            notes.Add($"numbers were converted from {string.Join(", ", converted)}");
        var report = new LoadReport(path, format, fitting.Count, missing, unexpected, misshapen, notes);
        if (strict && !report.Complete)
            throw new WeightFileException($"{path}: does not fit the network, which is unchanged\n{report with { Loaded = 0 }}");
        foreach (var key in fitting)
            target[key].copy_(source[key]);
        return report;
    }

    /// <summary>Brings the file's names to the network's where the field has two conventions, and says so.</summary>
    private static Dictionary<string, Tensor> Rename(IReadOnlyDictionary<string, Tensor> tensors, ImageModel model, List<string> notes)
    {
        var wanted = model.state_dict().Keys.ToHashSet();
        var source = tensors.ToDictionary(entry => entry.Key, entry => entry.Value);
        foreach (var wrapper in Wrappers)
        {
            if (!wanted.Any(key => key.StartsWith(wrapper, StringComparison.Ordinal)) && Share(source, wrapper) > 0.9)
                Replace(wrapper, "");
            else if (wrapper == "encoder." && Share(wanted, wrapper) > 0.9 && Share(source, wrapper) == 0)
                source = Prefixed(wrapper);
        }
        if (model.HeadKey.Length > 0 && !source.ContainsKey($"{model.HeadKey}.weight"))
        {
            var other = Heads.FirstOrDefault(name => source.ContainsKey($"{name}.weight") && !wanted.Contains($"{name}.weight"));
            if (other is not null)
                Replace($"{other}.", $"{model.HeadKey}.");
        }
        foreach (var (from, to) in new[] { (".shortcut.", ".downsample."), (".downsample.", ".shortcut.") })
        {
            if (wanted.Any(key => key.Contains(to)) && !wanted.Any(key => key.Contains(from)) && source.Keys.Any(key => key.Contains(from)))
            {
                source = source.ToDictionary(entry => entry.Key.Replace(from, to), entry => entry.Value);
                notes.Add($"'{from.Trim('.')}' in the file is '{to.Trim('.')}' here");
            }
        }
        return source;

        void Replace(string from, string to)
        {
            notes.Add(to.Length == 0 ? $"the prefix '{from}' was taken off" : $"'{from.TrimEnd('.')}' in the file is '{to.TrimEnd('.')}' here");
            source = source.ToDictionary(
                entry => entry.Key.StartsWith(from, StringComparison.Ordinal) ? to + entry.Key[from.Length..] : entry.Key, entry => entry.Value);
        }

        Dictionary<string, Tensor> Prefixed(string prefix)
        {
            notes.Add($"the prefix '{prefix}' was put on");
            return source.ToDictionary(entry => wanted.Contains(prefix + entry.Key) ? prefix + entry.Key : entry.Key, entry => entry.Value);
        }
    }

    private static double Share(IReadOnlyCollection<string> keys, string prefix) =>
        keys.Count == 0 ? 0 : keys.Count(key => key.StartsWith(prefix, StringComparison.Ordinal)) / (double)keys.Count;

    private static double Share(Dictionary<string, Tensor> source, string prefix) => Share(source.Keys, prefix);

    private static void TakeHead(ImageModel model, Dictionary<string, Tensor> source, List<string> notes)
    {
        if (!source.TryGetValue($"{model.HeadKey}.weight", out var weight) || weight.dim() != 2 || weight.shape[1] != model.FeatureCount)
            throw new WeightFileException($"the file has no head '{model.HeadKey}' for features of length {model.FeatureCount}, so none can be taken from it");
        if (weight.shape[0] == model.Classes)
            return;
        notes.Add($"the head was replaced: {model.Classes} classes became {weight.shape[0]}");
        model.ReplaceHead((int)weight.shape[0]);
    }

    private static bool IsHead(ImageModel model, string key) =>
        model.HeadKey.Length > 0 && key.StartsWith($"{model.HeadKey}.", StringComparison.Ordinal);
}
