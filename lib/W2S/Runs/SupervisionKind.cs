namespace W2S.Runs;

/// <summary>What a network learns from.</summary>
public enum SupervisionKind
{
    /// <summary>Labels alone.</summary>
    Labels,

    /// <summary>Its teacher alone: no label enters the loss.</summary>
    Teacher,

    /// <summary>Its teacher and labels.</summary>
    Both,
}
