namespace W2S.Runs;

/// <summary>What a comparison settles.</summary>
public enum Verdict
{
    /// <summary>The method is better: its gain is positive and p, adjusted for the whole family of comparisons, below
    /// 0.05.</summary>
    Above,

    /// <summary>It is worse: the gain is negative and the adjusted p below 0.05.</summary>
    Below,

    /// <summary>Neither is settled.</summary>
    Open,
}
