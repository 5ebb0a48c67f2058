namespace W2S.Data.Episodes;

/// <summary>The form of a few-shot task.</summary>
public sealed record EpisodeOptions
{
    /// <summary>N, how many classes a task tells apart.</summary>
    /// <value>5</value>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than two.</exception>
    public int Ways { get; init => field = AtLeast(2, value, nameof(Ways)); } = 5;

    /// <summary>K, how many labelled images of each class the task gives.</summary>
    /// <value>1</value>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one.</exception>
    public int Shots { get; init => field = AtLeast(1, value, nameof(Shots)); } = 1;

    /// <summary>Q, how many images of each class are asked for.</summary>
    /// <value>15</value>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one.</exception>
    public int Queries { get; init => field = AtLeast(1, value, nameof(Queries)); } = 15;

    /// <summary>Images of one task, N·(K + Q).</summary>
    public int Images => Ways * (Shots + Queries);

    private static int AtLeast(int least, int value, string name) =>
        value >= least ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} {value} is too small; give {least} or more");
}
