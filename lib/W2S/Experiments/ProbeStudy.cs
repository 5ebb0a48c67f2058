namespace W2S.Experiments;

/// <summary>The same protocol over several random splits.</summary>
/// <param name="Pair">What was studied.</param>
/// <param name="TrueLabels">How many true labels the teacher had.</param>
/// <param name="TestPerTrain">Test images for each image of the teacher's and the student's parts. The splits re-deal
/// one pool, so that their intervals want it: see <see cref="Analysis.Statistics"/>.</param>
/// <param name="Splits">One result a split, in the order of their seeds.</param>
public sealed record ProbeStudy(string Pair, int TrueLabels, double TestPerTrain, IReadOnlyList<SplitAccuracies> Splits)
{
    /// <summary>Names of the students, in the order in which they were given.</summary>
    public IReadOnlyList<string> Students => [.. Splits[0].Students.Keys];

    /// <summary>The teacher's accuracy in each split, 0 … 1.</summary>
    public double[] Teacher => [.. Splits.Select(split => split.Teacher)];

    /// <summary>The accuracy of the strong network taught by the teacher's few true labels, in each split.</summary>
    public double[] FewLabels => [.. Splits.Select(split => split.FewLabels)];

    /// <summary>The ceiling in each split.</summary>
    public double[] Ceiling => [.. Splits.Select(split => split.Ceiling)];

    /// <summary>A student's accuracy in each split.</summary>
    /// <param name="name">One of <see cref="Students"/>.</param>
    /// <returns>0 … 1, in the order of the splits.</returns>
    /// <exception cref="ArgumentException">No student has that name.</exception>
    public double[] Student(string name) =>
        [.. Splits.Select(split => split.Students.TryGetValue(name, out var accuracy)
        ? accuracy
        : throw new ArgumentException($"no student is called '{name}'; there are {string.Join(", ", Students)}",
            nameof(name)))];
}
