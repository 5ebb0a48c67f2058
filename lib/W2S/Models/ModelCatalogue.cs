using W2S.Torch;

namespace W2S.Models;

/// <summary>Every network of the library, with its size and a source for it, as the networks state them
/// themselves.</summary>
/// <remarks>
/// Counts come from the public code itself: instantiated with PyTorch and summed over its parameters
/// (<c>tests/reference/model_reference.py</c>), torchvision's by the torchvision of Debian. A network of one's own joins
/// by <see cref="Add{T}"/>, or needs no name at all: see <see cref="NetworkSource"/>.
/// </remarks>
[RunsOn(typeof(ICatalogued<ModelEntry>))]
public static class ModelCatalogue
{
    private static volatile (Type Type, ModelEntry Entry)[] known = [.. Catalogued.In<ModelEntry>()];

    /// <summary>The networks, in the order of their types' names.</summary>
    public static IReadOnlyList<ModelEntry> All => [.. known.Select(one => one.Entry)];

    /// <summary>Adds the networks of a class of one's own; those of an earlier class of its name go, so that a cell may
    /// be run again.</summary>
    /// <typeparam name="T">The class.</typeparam>
    /// <exception cref="ArgumentException">Another network has a name of its.</exception>
    public static void Add<T>() where T : ImageModel, ICatalogued<ModelEntry>
    {
        var others = known.Where(one => one.Type.Name != typeof(T).Name).ToArray();
        if (T.Entries.FirstOrDefault(entry => others.Any(one => Is(one.Entry, entry.Name))) is { } twice)
            throw new ArgumentException($"there is a network '{twice.Name}' already; give another name");
        known = [.. others, .. T.Entries.Select(entry => (typeof(T), entry))];
    }

    /// <summary>Finds a network by its name.</summary>
    /// <param name="name">A name of <see cref="All"/>; case does not matter, nor does _ for -.</param>
    /// <returns>Its entry.</returns>
    /// <exception cref="ArgumentException">There is none of that name; the message lists those there are.</exception>
    public static ModelEntry Find(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return All.FirstOrDefault(entry => Is(entry, name))
            ?? throw new ArgumentException(
                $"there is no network '{name}'; there are {string.Join(", ", All.Select(entry => entry.Name))}",
                nameof(name));
    }

    /// <summary>Makes a network by its name.</summary>
    /// <param name="name">A name of <see cref="All"/>.</param>
    /// <param name="classes">How many classes.</param>
    /// <returns>The network, freshly initialised from libtorch's generator.</returns>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one class.</exception>
    public static ImageModel Create(string name, int classes) => Find(name).Make(classes);

    /// <summary>Makes a network whose first weights depend on a seed alone.</summary>
    /// <param name="name">A name of <see cref="All"/>.</param>
    /// <param name="classes">How many classes.</param>
    /// <param name="seed">Seed of the first weights.</param>
    /// <returns>The network; libtorch's generator is as before.</returns>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one class.</exception>
    public static ImageModel Create(string name, int classes, long seed) =>
        FirstWeights.Of(seed, () => Create(name, classes));

    /// <summary>The class of a network, whose revision is the network's.</summary>
    internal static Type TypeOf(string name) =>
        known.First(one => one.Entry == Find(name)).Type;

    private static bool Is(ModelEntry entry, string name) =>
        entry.Name.Equals(name.Replace('_', '-'), StringComparison.OrdinalIgnoreCase);
}
