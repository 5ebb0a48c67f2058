namespace W2S.Experiments;

/// <summary>Images of a split and their labels.</summary>
/// <param name="Train">Positions of the images to train on.</param>
/// <param name="Test">Positions of the images to judge by.</param>
/// <param name="Truth">True labels of the images to train on.</param>
/// <param name="Given">Their labels as they are given: noisy.</param>
/// <param name="TestTruth">True labels of the images to judge by.</param>
/// <param name="ClassNames">A name for each class.</param>
public sealed record NoisySplit(
    IReadOnlyList<int> Train, IReadOnlyList<int> Test, IReadOnlyList<long> Truth, IReadOnlyList<long> Given, IReadOnlyList<long> TestTruth, IReadOnlyList<string> ClassNames)
{
    /// <summary>How many classes.</summary>
    public int Classes => ClassNames.Count;

    /// <summary>Whether each given label is right.</summary>
    public bool[] Right => [.. Truth.Zip(Given, (truth, given) => truth == given)];
}
