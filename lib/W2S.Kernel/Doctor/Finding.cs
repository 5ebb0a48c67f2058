namespace W2S.Kernel.Doctor;

/// <summary>What was found of one thing that the collection needs.</summary>
/// <param name="Subject">The thing.</param>
/// <param name="State">How it is.</param>
/// <param name="Text">What was found.</param>
/// <param name="Cure">What to do about it; null where nothing is wrong.</param>
internal sealed record Finding(string Subject, FindingState State, string Text, string? Cure = null);

/// <summary>How a thing is.</summary>
internal enum FindingState
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>The collection runs without it.</summary>
    Missing,

    /// <summary>Nothing runs until it is cured.</summary>
    Broken,
}
