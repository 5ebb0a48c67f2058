namespace W2S.Analysis;

/// <summary>Places in an order.</summary>
internal static class Ranks
{
    /// <summary>The rank of each value from the smallest, 1, on; equal values share the mean of theirs.</summary>
    public static double[] Of(IReadOnlyList<double> values) =>
        [.. values.Select(
            value => values.Count(other => other < value) + (values.Count(other => other == value) + 1) / 2.0)];
}
