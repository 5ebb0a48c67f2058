namespace W2S.Experiments;

/// <summary>What one random split measured: top-1 accuracies on images that nobody trained on, 0 … 1.</summary>
/// <param name="Seed">The split's number.</param>
/// <param name="Teacher">The weak teacher.</param>
/// <param name="FewLabels">The strong network taught by the teacher's own true labels.</param>
/// <param name="Ceiling">The strong network taught by true labels of the student's images.</param>
/// <param name="Students">Each student taught by weak labels alone, by name.</param>
/// <param name="Agreement">How often each student names the teacher's class on those images, by name.</param>
public sealed record SplitAccuracies(
    int Seed, double Teacher, double FewLabels, double Ceiling,
    IReadOnlyDictionary<string, double> Students, IReadOnlyDictionary<string, double> Agreement)
{
    /// <summary>λ of each probe that chose it by its own labels (<see cref="Training.LinearProbeOptions.ChooseL2"/>):
    /// <c>teacher</c>,
    /// <c>few labels</c>, <c>ceiling</c>, and the students by name; empty where none chose.</summary>
    public IReadOnlyDictionary<string, double> L2 { get; init; } = new Dictionary<string, double>();
}
