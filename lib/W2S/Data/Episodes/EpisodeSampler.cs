using W2S.Torch;

namespace W2S.Data.Episodes;

/// <summary>Draws few-shot tasks from a set: N classes, and K + Q different images of each.</summary>
/// <remarks>
/// A task is a pure function of the seed and its number, on every machine: methods that are judged by the same sampler
/// see the same tasks, whatever was drawn before and in whatever order. Vinyals et al., "Matching Networks", NeurIPS
/// 2016.
/// </remarks>
public sealed class EpisodeSampler
{
    private readonly int[][] positions;
    private readonly long[] classes;
    private readonly long seed;

    /// <summary>Prepares to draw.</summary>
    /// <param name="set">The images; only its labels are looked at.</param>
    /// <param name="options">The form of the tasks.</param>
    /// <param name="seed">Seed of all tasks.</param>
    /// <exception cref="ArgumentException">The set has too few classes, or a class too few images; the message names
    /// it.</exception>
    public EpisodeSampler(ImageSet set, EpisodeOptions options, long seed)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(options);
        var groups =
            set.Labels.Select((label, position) => (label, position)).GroupBy(entry => entry.label)
                .OrderBy(group => group.Key).ToArray();
        if (groups.Length < options.Ways)
            throw new ArgumentException(
                $"{set.Name} has images of {groups.Length} classes where a task wants {options.Ways}; give fewer Ways "
                + "or more classes", nameof(set));
        var each = options.Shots + options.Queries;
        if (groups.FirstOrDefault(group => group.Count() < each) is { } small)
            throw new ArgumentException(
                $"class '{set.ClassNames[(int)small.Key]}' of {set.Name} has {small.Count()} images where a task "
                + $"wants {options.Shots} to learn from and {options.Queries} to judge by; give fewer Shots or "
                    + "Queries, or leave the class out", nameof(set));
        (Options, this.seed, SetName, Images) = (options, Seeds.Derive(seed, "episodes"), set.Name, set.Count);
        classes = [.. groups.Select(group => group.Key)];
        positions = [.. groups.Select(group => group.Select(entry => entry.position).ToArray())];
    }

    /// <summary>The form of the tasks.</summary>
    public EpisodeOptions Options { get; }

    /// <summary>The name of the set.</summary>
    public string SetName { get; }

    /// <summary>How many images the set has.</summary>
    internal int Images { get; }

    /// <summary>Draws a task.</summary>
    /// <param name="number">Its number, from 0.</param>
    /// <returns>The same task for the same seed and number; its classes in random order.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public Episode Draw(long number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        var random = new SeededRandom(Seeds.Derive(seed, number));
        var chosen = Choose(ref random, classes.Length, Options.Ways);
        var (support, query) = (new List<int>(), new List<int>());
        foreach (var own in chosen.Select(index => positions[index]))
        {
            var images = Choose(ref random, own.Length, Options.Shots + Options.Queries);
            support.AddRange(images[..Options.Shots].Select(place => own[place]));
            query.AddRange(images[Options.Shots..].Select(place => own[place]));
        }
        return new Episode([.. chosen.Select(index => classes[index])], support, query);
    }

    // The first places of a shuffle (Fisher and Yates), without shuffling the rest.
    private static int[] Choose(ref SeededRandom random, int of, int count)
    {
        int[] order = [.. Enumerable.Range(0, of)];
        for (var i = 0; i < count; i++)
        {
            var other = i + random.Next(of - i);
            (order[i], order[other]) = (order[other], order[i]);
        }
        return order[..count];
    }
}
