using System.Collections;

namespace W2S.Torch;

/// <summary>Marks an option that records did not always have: where it has the value that stands for how things were,
/// it takes no part in an experiment's identity, so that finished results stay theirs.</summary>
/// <param name="before">That value; null stands for null, and for an empty list.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AddedLaterAttribute(object? before = null) : Attribute
{
    /// <summary>The value that stands for how things were.</summary>
    public object? Before { get; } = before;

    /// <summary>Whether a value says what was before.</summary>
    /// <param name="value">The property's.</param>
    /// <returns>True where it takes no part.</returns>
    public bool IsSilent(object? value) => Equals(value, Before) || Before is null && value is ICollection { Count: 0 };
}
