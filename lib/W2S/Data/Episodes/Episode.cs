namespace W2S.Data.Episodes;

/// <summary>One few-shot task: which classes, which labelled images, which images to classify.</summary>
/// <param name="Classes">The N classes of the task; a class's place here is its label within the task.</param>
/// <param name="Support">Positions of the N·K labelled images, class by class.</param>
/// <param name="Query">Positions of the N·Q images to classify, class by class, none of them in the support.</param>
public sealed record Episode(IReadOnlyList<long> Classes, IReadOnlyList<int> Support, IReadOnlyList<int> Query)
{
    /// <summary>Labels within the task of the images to classify, 0 … N − 1, in the order of
    /// <see cref="Query"/>.</summary>
    public IEnumerable<long> QueryLabels => Query.Select((_, i) => (long)(i / (Query.Count / Classes.Count)));
}
