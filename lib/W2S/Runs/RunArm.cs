namespace W2S.Runs;

/// <summary>One of several things that a run measures at once, for instance a probe of a split.</summary>
/// <param name="Facets">What it is.</param>
/// <param name="Values">Its final numbers by name.</param>
public sealed record RunArm(RunFacets Facets, IReadOnlyDictionary<string, double> Values);
