using W2S.Data;
using W2S.Torch;

namespace W2S.Experiments.NoisyLabels;

/// <summary>Images of a split and their labels.</summary>
/// <param name="Train">Positions of the images to train on.</param>
/// <param name="Test">Positions of the images to judge by.</param>
/// <param name="Truth">True labels of the images to train on.</param>
/// <param name="Given">Their labels as they are given: noisy.</param>
/// <param name="TestTruth">True labels of the images to judge by.</param>
/// <param name="ClassNames">A name for each class.</param>
public sealed record NoisySplit(
    IReadOnlyList<int> Train, IReadOnlyList<int> Test, IReadOnlyList<long> Truth, IReadOnlyList<long> Given,
    IReadOnlyList<long> TestTruth, IReadOnlyList<string> ClassNames)
{
    /// <summary>Draws a split and the noise on its labels.</summary>
    /// <param name="train">Where the images to train on come from.</param>
    /// <param name="test">Where the images to judge by come from: the same set, then they are others, or
    /// another.</param>
    /// <param name="trainImages">How many to train on.</param>
    /// <param name="testImages">How many to judge by.</param>
    /// <param name="noise">The noise.</param>
    /// <param name="seed">The split's number.</param>
    /// <returns>The split.</returns>
    /// <exception cref="ArgumentException">There are fewer images, or the noise is not for these.</exception>
    public static NoisySplit Draw(NoisyImages train, NoisyImages test, int trainImages, int testImages,
        NoiseSetting noise, long seed)
    {
        ArgumentNullException.ThrowIfNull(noise);
        var ((labels, names), (testLabels, _)) = (train.ReadLabels(), test.ReadLabels());
        var parts = test == train
            ? RandomSplit.Parts(labels.Count, Seeds.Derive(seed, "split"), trainImages, testImages)
            : [RandomSplit.Parts(labels.Count, Seeds.Derive(seed, "split"), trainImages)[0],
                RandomSplit.Parts(testLabels.Count, Seeds.Derive(seed, "test split"), testImages)[0]];
        long[] truth = [.. parts[0].Select(position => labels[position])];
        var given = noise.Apply(train, truth, names.Count, parts[0], Seeds.Derive(seed, Seeds.Noise));
        return new NoisySplit(parts[0], parts[1], truth, given, [.. parts[1].Select(position => testLabels[position])],
            names);
    }

    /// <summary>How many classes.</summary>
    public int Classes => ClassNames.Count;

    /// <summary>Whether each given label is right.</summary>
    public bool[] Right => [.. Truth.Zip(Given, (truth, given) => truth == given)];
}
