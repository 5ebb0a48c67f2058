using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Models.Weights;

/// <summary>Which tensors of a weight file are meant, and under which names.</summary>
/// <param name="Set">Where they lie.</param>
/// <param name="Prefix">What comes off their names: leading parts with their dots, or nothing.</param>
/// <param name="Added">What is put on instead: a leading part of the network's names, or nothing.</param>
/// <param name="Fits">How many names are the network's then.</param>
internal sealed record WeightChoice(WeightSet Set, string Prefix, string Added, int Fits)
{
    // Where training code of the field keeps the state dict inside a checkpoint, in order of preference.
    private static readonly string[] Places = ["state_dict", "model", "model_state_dict", "model_sd", "net", "network",
        "weights"];

    // Wrappers in wrappers: more parts than any file has before the network's own names.
    private const int MostParts = 8;

    /// <summary>What to say of it: where it lay and what was passed over.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Finds what is meant.</summary>
    /// <param name="sets">All the file holds.</param>
    /// <param name="key">Where to look: keys of containers and leading parts of names, with dots between; null:
    /// everywhere.</param>
    /// <param name="wanted">The network's names; where none of the file's is one, most tensors win, not counting single
    /// numbers.</param>
    /// <exception cref="WeightFileException">Nothing lies under the key, or several sets fit equally well.</exception>
    public static WeightChoice Find(IReadOnlyList<WeightSet> sets, string? key, IReadOnlySet<string> wanted)
    {
        var all = key is null ? sets : Under(sets, key.TrimEnd('.'));
        List<WeightChoice> choices = [.. all.SelectMany(set => Readings(set, wanted))];
        if (choices.Count == 0)
            choices = [.. all.Select(
                set => new WeightChoice(set, "", "", set.Tensors.Values.Count(tensor => tensor.dim() > 0)))];
        var rivals = Rivals(choices, wanted);
        var found = rivals.Count == 1 ? rivals[0] : Usual(rivals) ?? throw new WeightFileException(
            $"it holds several sets of weights that fit: {Listed(rivals)}; " +
            $"choose one, for instance with key: \"{rivals[0].Name}\"");
        found.Describe(rivals);
        return found;
    }

    /// <summary>Whether any name of a set is one of the network's, less or with leading parts.</summary>
    public static bool Knows(WeightSet set, IReadOnlySet<string> wanted) =>
        Readings(set, wanted).Any();

    /// <summary>The name in the network of a name in the file.</summary>
    public string Rename(string name, IReadOnlySet<string> wanted)
    {
        if (wanted.Contains(name))
            return name;
        // A wrapper may lie around the whole network and another around all but the head.
        var off = name.StartsWith(Prefix, StringComparison.Ordinal) ? Prefix.Length : 0;
        for (var at = Prefix.LastIndexOf('.', Math.Max(0, Prefix.Length - 2)); off == 0
            && at > 0; at = Prefix.LastIndexOf('.', at - 1))
        {
            if (name.AsSpan().StartsWith(Prefix.AsSpan(0, at + 1)))
                off = at + 1;
        }
        var rest = name[off..];
        return wanted.Contains(Added + rest) ? Added + rest : rest;
    }

    private string Name => string.Join('.', Set.Keys.Append(Prefix.TrimEnd('.')).Where(part => part.Length > 0));

    private static string Quoted(string name) =>
        name.Length == 0 ? "those at the top" : $"'{FileKinds.Printable(name)}'";

    private static string Listed(IEnumerable<WeightChoice> choices) => Shortened(
        choices.Select(choice => $"{Quoted(choice.Name)} ({choice.Set.Tensors.Keys.Count(choice.Owns)} tensors)"));

    private static string Shortened(IEnumerable<string> names)
    {
        var shown = names.Take(11).ToArray();
        return string.Join(", ", shown.Take(10)) + (shown.Length > 10 ? ", …" : "");
    }

    private bool Owns(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    private static List<WeightSet> Under(IReadOnlyList<WeightSet> sets, string key)
    {
        // A name is made only where it can be the key's: a file may hold very many, very long ones.
        List<WeightSet> exact = [.. sets.Where(set => set.PathLength == key.Length && set.Path == key)];
        if (exact.Count > 0)
            return exact;
        List<WeightSet> inside = [.. sets.Where(set => IsInside(set, key))];
        if (inside.Count > 0)
            return inside;
        foreach (var set in sets)
        {
            var path = set.PathLength == 0 ? "" : set.PathLength < key.Length ? $"{set.Path}." : "\0";
            var rest = key.StartsWith(path, StringComparison.Ordinal) ? key[path.Length..] : key;
            var below = set.Below($"{rest}.");
            if (below.Tensors.Count > 0)
                inside.Add(below);
        }
        if (inside.Count > 0)
            return inside;
        var there = sets.Count == 1
            ? sets[0].Tensors.Keys.Select(name => name.Split('.')[0]).Distinct().Select(Quoted)
            : sets.Select(set => Quoted(set.Path));
        throw new WeightFileException($"it has nothing under the key '{key}'; it has {Shortened(there)}");
    }

    private static bool IsInside(WeightSet set, string key)
    {
        var path = "";
        foreach (var part in set.Keys)
        {
            path = path.Length == 0 ? part : $"{path}.{part}";
            if (path.Length >= key.Length)
                return path == key;
        }
        return false;
    }

    /// <summary>Every prefix that makes a name of the set one of the network's, with how many it makes so.</summary>
    private static IEnumerable<WeightChoice> Readings(WeightSet set, IReadOnlySet<string> wanted)
    {
        // Leading parts that at least half of the network's names have, such as an encoder's.
        string[] added = ["", .. wanted.Where(name => name.Contains('.'))
            .GroupBy(name => name[..(name.IndexOf('.') + 1)])
            .Where(group => group.Count() * 2 >= wanted.Count).Select(group => group.Key)];
        Dictionary<(string Prefix, string Added), int> fits = [];
        foreach (var name in set.Tensors.Keys)
        {
            var at = 0;
            for (var parts = 0; parts <= MostParts; parts++)
            {
                foreach (var one in added)
                {
                    if (wanted.Contains(one + name[at..]))
                        fits[(name[..at], one)] = fits.GetValueOrDefault((name[..at], one)) + 1;
                }
                var dot = name.IndexOf('.', at);
                if (dot < 0)
                    break;
                at = dot + 1;
            }
        }
        return fits.Select(entry => new WeightChoice(set, entry.Key.Prefix, entry.Key.Added, entry.Value));
    }

    /// <summary>Those that fit at least half as well as the best, each of other tensors; the best first.</summary>
    private static List<WeightChoice> Rivals(List<WeightChoice> choices, IReadOnlySet<string> wanted)
    {
        var best = choices.Max(choice => choice.Fits);
        List<WeightChoice> rivals = [];
        foreach (var choice in choices.Where(choice => choice.Fits * 2 >= best).OrderByDescending(choice => choice.Fits)
            .ThenBy(choice => choice.Set.Depth).ThenBy(choice => choice.Prefix.Length)
            .ThenBy(choice => choice.Added.Length))
        {
            if (!rivals.Any(rival => rival.Set == choice.Set && Shared(rival, choice) * 2 >= choice.Fits))
                rivals.Add(choice);
        }
        return rivals;

        int Shared(WeightChoice one, WeightChoice other) => one.Set.Tensors.Keys.Count(name =>
            one.Owns(name) && other.Owns(name) && wanted.Contains(one.Added + name[one.Prefix.Length..])
            && wanted.Contains(other.Added + name[other.Prefix.Length..]));
    }

    /// <summary>The one that is meant by custom: names as they stand, or the place where state dicts are
    /// kept.</summary>
    private static WeightChoice? Usual(List<WeightChoice> rivals)
    {
        var ranked = rivals.Where(rival => rival.Set.Keys.All(Places.Contains))
            .GroupBy(rival => rival.Set.Keys.Select(key => Array.IndexOf(Places, key)).FirstOrDefault(-1))
            .MinBy(group => group.Key);
        return ranked?.Count() == 1 ? ranked.First() : ranked?.SingleOrDefault(rival => rival.Prefix.Length == 0);
    }

    private void Describe(List<WeightChoice> rivals)
    {
        if (Set.Depth > 0)
            Notes.Add($"the state dict was under {Quoted(Set.Path)}");
        var others = Shortened(Set.Others().Select(Quoted));
        if (others.Length > 0)
            Notes.Add($"passed over beside it: {others}");
        if (rivals.Count > 1)
            Notes.Add($"{Listed(rivals.Where(rival => rival != this))} would fit too; key: takes it instead");
    }
}
