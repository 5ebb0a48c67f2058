using W2S.Runs;

namespace W2S.Tests.Runs;

/// <summary>Results with the accuracies given, for tests of what is made of results.</summary>
internal static class DrawnRuns
{
    public static RunFacets Facets(Role role, string loss = "KD", SupervisionKind? by = null, string? noise = null,
        string data = "a", string teacher = "b", string student = "c") =>
        RunFacets.Of("toy", data, role, role == Role.WeakTeacher ? teacher : student,
            role == Role.Student && by != SupervisionKind.Labels ? teacher : null, by != SupervisionKind.Teacher, loss)
            with
        { Noise = noise };

    /// <summary>A run a seed: 0, 1, …</summary>
    public static RunSet Of(RunFacets facets, double testPerTrain, params double[] accuracies) =>
        new(accuracies.Select((accuracy, seed) => Run(facets, seed, accuracy, testPerTrain)));

    public static RunSet Of(Role role, params double[] accuracies) => Of(Facets(role), 0, accuracies);

    public static RunSet Of(string loss, params double[] accuracies) => Of(Facets(Role.Student, loss), 0, accuracies);

    public static RunResult Run(RunFacets facets, long seed, double accuracy, double testPerTrain = 0) => new()
    {
        Record = [],
        Hash = $"{facets} {seed}",
        Kind = "toy",
        Facets = facets,
        TestPerTrain = testPerTrain,
        Seed = seed,
        Seconds = 0,
        Versions = "",
        Ended = DateTime.UnixEpoch,
        Outcome = new RunOutcome { Values = new Dictionary<string, double> { ["test accuracy"] = accuracy } },
    };
}
