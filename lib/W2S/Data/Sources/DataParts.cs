namespace W2S.Data.Sources;

/// <summary>The parts that a <see cref="DataPlan"/> dealt for one seed.</summary>
/// <param name="Labelled">Images with a label to learn from.</param>
/// <param name="Validation">Images with a label that choose.</param>
/// <param name="Unlabelled">Images without a label; their truth serves a ceiling.</param>
/// <param name="Test">Images that judge.</param>
/// <param name="ClassNames">A name for each class.</param>
public sealed record DataParts(
    DataPart Labelled, DataPart Validation, DataPart Unlabelled, DataPart Test, IReadOnlyList<string> ClassNames)
    : IDisposable
{
    /// <summary>How many classes.</summary>
    public int Classes => ClassNames.Count;

    /// <summary>Disposes the images of all parts.</summary>
    public void Dispose()
    {
        foreach (var part in new[] { Labelled, Validation, Unlabelled, Test }) part.Dispose();
    }
}
