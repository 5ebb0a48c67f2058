namespace W2S.Kernel.Engine;

/// <summary>Whether a cell's text can be run as it stands.</summary>
/// <param name="Status">The verdict, as Jupyter names it.</param>
/// <param name="Indent">Where more is to come: the white space that the next line begins with.</param>
public sealed record CompletenessResult(CompletenessStatus Status, string Indent = "");

/// <summary>A verdict on a cell's text.</summary>
public enum CompletenessStatus
{
    /// <summary>It can be run.</summary>
    Complete,

    /// <summary>More is to come.</summary>
    Incomplete,

    /// <summary>It is wrong, whatever comes.</summary>
    Invalid,

    /// <summary>This cannot be told for its language.</summary>
    Unknown,
}
