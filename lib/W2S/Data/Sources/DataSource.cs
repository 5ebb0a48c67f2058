using System.Collections.Concurrent;
using W2S.Data.Corruptions;
using W2S.Models;

namespace W2S.Data.Sources;

/// <summary>A set of labelled images, described: a record that can stand in an experiment and is read when a run needs
/// the images.</summary>
/// <remarks>
/// Images of one's own are a record that derives from this one; its properties are its identity. A description is
/// narrowed by <see cref="OfClasses"/>, <see cref="Resized"/>, <see cref="Sample"/> and
/// <see cref="FirstOfEachClass"/>, and spoilt by <see cref="Corrupted"/>, each of which gives another
/// description. Whoever reads a set disposes it: no set is kept behind.
/// </remarks>
public abstract record DataSource
{
    private const int MostKnown = 32;

    // Labels without images: a study of probes asks for them once a run.
    private static readonly ConcurrentDictionary<(string, DataSource), (IReadOnlyList<long>, IReadOnlyList<string>)>
        Known = new();

    /// <summary>What charts and tables call the set.</summary>
    public abstract string Title { get; }

    /// <summary>What turns its bytes into the input of a network that begins from nothing.</summary>
    /// <value>Mean and deviation ½.</value>
    public virtual Normalization Normalization => Normalization.Centered;

    /// <summary>The group of similar classes that each class belongs to, within which asymmetric noise stays.</summary>
    /// <value>Null: all classes are one group.</value>
    public virtual IReadOnlyList<int>? ClassGroups => null;

    /// <summary>The same images in the same order under the labels that people gave them.</summary>
    /// <value>Null: nobody labelled them anew.</value>
    public virtual DataSource? LabelledByPeople => null;

    /// <summary>Reads or draws the set; equal descriptions give equal bytes.</summary>
    /// <returns>The images; the caller disposes them.</returns>
    /// <exception cref="DirectoryNotFoundException">The data is not there; the message names the command that fetches
    /// it.</exception>
    /// <exception cref="ArgumentException">The description asks for what the set does not have.</exception>
    public abstract ImageSet Read();

    /// <summary>The labels of the set and the names of its classes, read once.</summary>
    /// <returns>A label for each image, and a name for each class.</returns>
    /// <exception cref="DirectoryNotFoundException">The data is not there.</exception>
    public (IReadOnlyList<long> Labels, IReadOnlyList<string> ClassNames) ReadLabels()
    {
        if (Known.Count >= MostKnown) Known.Clear();
        return Known.GetOrAdd((DataFolder.Root, this), _ =>
        {
            using var set = Read();
            return (set.Labels, set.ClassNames);
        });
    }

    /// <summary>The images of some classes, relabelled 0, 1, … in the order given.</summary>
    /// <param name="classes">Classes of this set, each once.</param>
    /// <returns>The narrower description.</returns>
    public DataSource OfClasses(params IReadOnlyList<int> classes) => new ClassesSource(this, classes);

    /// <summary>The same images at another size, each pixel the mean of those that it covers.</summary>
    /// <param name="size">Pixels of each side.</param>
    /// <returns>The description of the smaller images.</returns>
    public DataSource Resized(int size) => new ResizedSource(this, size);

    /// <summary>Images drawn at random, once and for all.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">The same seed gives the same images; fewer of one seed are among more of it.</param>
    /// <returns>The narrower description.</returns>
    public DataSource Sample(int count, long seed = 0) => new SampleSource(this, count, seed);

    /// <summary>The first images of each class in the set's order, or all where a class has no more.</summary>
    /// <param name="count">How many of each class.</param>
    /// <returns>The narrower description; its images stand class by class.</returns>
    public DataSource FirstOfEachClass(int count) => new FirstOfEachClassSource(this, count);

    /// <summary>The same images, spoilt, under the same labels.</summary>
    /// <param name="corruption">How, and how much.</param>
    /// <param name="seed">Of the noise.</param>
    /// <returns>The description of the spoilt images; this one where the severity is 0.</returns>
    public DataSource Corrupted(Corruption corruption, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(corruption);
        return corruption.Severity == 0 ? this : new CorruptedSource(this, corruption, seed);
    }
}
