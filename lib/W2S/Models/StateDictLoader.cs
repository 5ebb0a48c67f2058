using W2S.Models.Weights;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Models;

/// <summary>Copies the tensors of a weight file into a network, under the names of either's convention.</summary>
internal static class StateDictLoader
{
    private static readonly string[] Heads = ["fc", "linear", "classifier", "head", "linear2", "classifier.linear",
        "classifier.0", "last_linear"];

    public static LoadReport Load(ImageModel model, string path, bool strict, bool keepHead, string? key)
    {
        if (keepHead && model.HeadKey.Length == 0)
            throw new ArgumentException($"{model.ModelName} has no head of its own; leave {nameof(keepHead)} false",
                nameof(keepHead));
        using var scope = NewDisposeScope();
        using var nothing = no_grad();
        var (format, source, notes) = Read(model, path, key);
        var shapes = model.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.shape);
        if (keepHead)
            LeaveHead(model, source, shapes, notes);
        var report = Compare(shapes, source, path, format, notes);
        if (strict && !report.Complete)
            throw new WeightFileException(
                $"{path}: does not fit {model.ModelName}, which is left as it was\n{report with { Loaded = 0 }}");
        return report with { Notes = Copy(model, shapes, source, notes) };
    }

    private static (string Format, Dictionary<string, Tensor> Tensors, List<string> Notes) Read(ImageModel model,
        string path, string? key)
    {
        return MappedFile.Read(path, file =>
        {
            var (format, sets) = WeightFile.Parse(file);
            List<string> notes = [];
            return (format, ToOurNames(sets, key, model, notes), notes);
        });
    }

    // An exporter that keeps no names leaves the graph to tell what is what.
    private static WeightSet ByPlace(OnnxGraph graph, HashSet<string> wanted, List<string> notes)
    {
        var tensors = ResidualNames.Apply(graph, wanted);
        notes.Add("the names were told by the graph, whose own say nothing");
        if (graph.Producer == "CNTK" && tensors.TryGetValue("conv1.weight", out var first) && first.dim() == 4)
        {
            // CNTK's image readers put blue first.
            tensors["conv1.weight"] = first.flip(1);
            notes.Add("the first convolution's input channels were turned from blue, green, red to red, green, blue");
        }
        return new WeightSet(tensors);
    }

    private static LoadReport Compare(
        Dictionary<string, long[]> shapes, Dictionary<string, Tensor> source, string path, string format,
        List<string> notes)
    {
        // Files from before PyTorch 0.4.1 have no batch counters, and nothing reads them but a cumulative average.
        var missing = shapes.Keys.Where(key => !source.ContainsKey(key)).ToList();
        var counters = missing.RemoveAll(key => key.EndsWith(".num_batches_tracked", StringComparison.Ordinal));
        if (counters > 0)
            notes.Add($"{counters} batch counters are not in the file and were left as they are");
        List<string> unexpected = [.. source.Keys.Where(key => !shapes.ContainsKey(key)).Select(FileKinds.Printable)];
        List<string> misshapen = [.. source
            .Where(entry =>
                shapes.TryGetValue(entry.Key, out var shape) && !shape.AsSpan().SequenceEqual(entry.Value.shape))
            .Select(entry =>
                $"{entry.Key} [{string.Join(", ", entry.Value.shape)}] for [{string.Join(", ", shapes[entry.Key])}]")];
        return new LoadReport(path, format, source.Count - unexpected.Count - misshapen.Count, missing, unexpected,
            misshapen, notes);
    }

    private static List<string> Copy(ImageModel model, Dictionary<string, long[]> shapes,
        Dictionary<string, Tensor> source, List<string> notes)
    {
        HashSet<string> converted = [];
        foreach (var (key, place) in model.state_dict())
        {
            if (!shapes.ContainsKey(key) || !source.TryGetValue(key, out var tensor)
                || !place.shape.AsSpan().SequenceEqual(tensor.shape))
                continue;
            if (place.dtype != tensor.dtype)
                converted.Add($"{tensor.dtype} to {place.dtype}");
            place.copy_(tensor);
        }
        return converted.Count == 0 ? notes : [.. notes, $"numbers were converted from {string.Join(", ", converted)}"];
    }

    private static void LeaveHead(ImageModel model, Dictionary<string, Tensor> source,
        Dictionary<string, long[]> shapes, List<string> notes)
    {
        LeaveOut(model.HeadKey);
        notes.Add($"the head {model.HeadKey} was left as it is, for {model.Classes} classes");
        if (model.HeadNorm is { } norm && !source.ContainsKey($"{norm.Own}.weight")
            && source.ContainsKey($"{norm.Encoder}.weight"))
        {
            LeaveOut(norm.Own);
            LeaveOut(norm.Encoder);
            notes.Add($"'{norm.Encoder}' in the file belongs to a network without a head; '{norm.Own}' was left as it "
                + "is");
        }

        void LeaveOut(string module)
        {
            foreach (var key in shapes.Keys.Concat(source.Keys).Where(
                key => key.StartsWith($"{module}.", StringComparison.Ordinal)).ToArray())
            {
                shapes.Remove(key);
                source.Remove(key);
            }
        }
    }

    /// <summary>Brings the file's names to the network's where the field has two conventions, and says so.</summary>
    private static Dictionary<string, Tensor> ToOurNames(
        IReadOnlyList<WeightSet> sets, string? key, ImageModel model, List<string> notes)
    {
        var wanted = model.state_dict().Keys.ToHashSet();
        if (model is ResNet && sets is [{ Graph: { } graph } set] && !WeightChoice.Knows(set, wanted))
            sets = [ByPlace(graph, wanted, notes)];
        var choice = WeightChoice.Find(sets, key, wanted);
        var source = choice.Set.Tensors.ToDictionary(entry => entry.Key, entry => entry.Value);
        notes.AddRange(choice.Notes);
        Rename(name => choice.Rename(name, wanted));
        if (choice.Prefix.Length > 0)
            notes.Add($"the prefix '{FileKinds.Printable(choice.Prefix)}' was taken off");
        if (choice.Added.Length > 0)
            notes.Add($"the prefix '{choice.Added}' was put on");
        if (model.HeadKey.Length > 0 && !source.ContainsKey($"{model.HeadKey}.weight"))
        {
            var other = Heads.FirstOrDefault(
                name => source.ContainsKey($"{name}.weight") && !wanted.Contains($"{name}.weight"));
            if (other is not null)
            {
                Rename(key =>
                    key.StartsWith($"{other}.", StringComparison.Ordinal) ? model.HeadKey + key[other.Length..] : key);
                notes.Add($"'{other}' in the file is '{model.HeadKey}' here");
            }
        }
        foreach (var (theirs, ours) in new[] { (".shortcut.", ".downsample."), (".downsample.", ".shortcut.") })
        {
            if (wanted.Any(key => key.Contains(ours)) && !wanted.Any(key => key.Contains(theirs))
                && source.Keys.Any(key => key.Contains(theirs)))
            {
                Rename(key => key.Replace(theirs, ours));
                notes.Add($"'{theirs.Trim('.')}' in the file is '{ours.Trim('.')}' here");
            }
        }
        return source;

        void Rename(Func<string, string> rename)
        {
            Dictionary<string, Tensor> renamed = new(source.Count);
            foreach (var (key, tensor) in source)
            {
                if (!renamed.TryAdd(rename(key), tensor))
                    throw new WeightFileException(
                        $"two names of the file, one of them '{FileKinds.Printable(key)}', mean the same here: "
                        + $"'{FileKinds.Printable(rename(key))}'");
            }
            source = renamed;
        }
    }
}
