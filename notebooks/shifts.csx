// Page 09 and its answers: the runs by corruption and severity, each with its arms under short names.

/// <summary>Images under one corruption at one severity: the arms, ten splits each.</summary>
public sealed record Shift(string Kind, int Severity, IReadOnlyDictionary<string, RunSet> Arms)
{
    /// <summary>Mean of a final number of an arm over the splits.</summary>
    public double Of(string arm, string value = "test accuracy") => Arms[arm].Values(value).Average();

    /// <summary>An arm beside another, paired by split.</summary>
    public Comparison Over(string arm, string other) => new RunSet(Arms[arm].Concat(Arms[other])).Compare(
        facets => facets == Arms[other][0].Facets, within: facets => 0).Single() with { Setting = $"{this}" };

    /// <summary>What becomes of a teacher's answers: the share of the wrong ones that a student repairs and copies, and
    /// of the right ones that it keeps, in each split.</summary>
    public (RunSet Repaired, RunSet Copied, RunSet Kept) Fate(string arm, string teacher = "teacher 1")
    {
        var taught = Arms[teacher].ToDictionary(run => run.Seed, run => run["test accuracy"]);
        return (Share((run, right) => (run["test accuracy"] - run["both right"]) / (1 - right)),
            Share((run, right) => (run["test agreement"] - run["both right"]) / (1 - right)),
            Share((run, right) => run["both right"] / right));

        RunSet Share(Func<RunResult, double, double> of) => new(Arms[arm].Select(run => run with
        {
            Outcome = new() { Values = new Dictionary<string, double> { ["share"] = of(run, taught[run.Seed]) } },
        }));
    }

    public override string ToString() => Severity == 0 ? Kind : $"{Kind} {Severity}";
}

Shift[] Shifts(RunSet rows, IEnumerable<ShiftStudy> plan)
{
    var studies = plan.ToArray();
    var titles = studies.SelectMany(study => study.Severities.Select(severity =>
        new Corruption(study.Corruption, severity))).DistinctBy(Title).ToDictionary(Title);
    var pool = studies[0].Facets.Teacher;
    var teachers = studies[0].Teachers.Select(teacher => teacher.Title).ToArray();
    return
    [
        .. rows.As(Named).By(run => run.Facets.Data).Select(one => (Corruption: titles[one.Key], one.Runs))
            .OrderBy(one => one.Corruption.Kind).ThenBy(one => one.Corruption.Severity).Select(one =>
                new Shift(one.Corruption.Severity == 0 ? "clean" : one.Corruption.Name, one.Corruption.Severity,
                    one.Runs.By(run => Arm(run.Facets)).ToDictionary(arm => arm.Key, arm => arm.Runs))),
    ];

    // The teachers' mean is a teacher of its own.
    RunFacets Named(RunFacets facets) =>
        facets.Role == Role.WeakTeacher && facets.Teacher == pool ? facets with { Variant = "mean of all" } : facets;

    string Title(Corruption corruption) => studies[0].Data.Pool.Corrupted(corruption).Title;

    string Arm(RunFacets facets) => facets switch
    {
        { Role: Role.WeakTeacher } when facets.Teacher == pool => "teachers' mean",
        { Role: Role.WeakTeacher } => $"teacher {1 + Array.IndexOf(teachers, facets.Teacher)}",
        { Role: Role.FewTrueLabels } => "strong, clean labels",
        { Role: Role.Ceiling } => "ceiling",
        { Labels: "RAVEN", Variant: not null } => "RAVEN, weights at rest",
        { Labels: { } labels } => labels,
        { Loss: "Soft labels" } => "soft labels",
        { Loss: "AdaptConf" } => "AdaptConf",
        { Loss: "Evidential" } => "evidential",
        _ => "confidence",
    };
}
