// Page 07 and its answers: the runs of pairs, study by study, and intervals over whole data sets and teachers.

/// <summary>A pair of networks on a data set with a number of true labels: its arms, ten splits each.</summary>
public sealed record Study(
    string Data, string Weak, string Strong, int Labels, IReadOnlyDictionary<string, RunSet> Arms)
{
    public string Pair => $"{Weak} → {Strong}";

    /// <summary>Mean of a final number of an arm over the splits.</summary>
    public double Of(string arm, string value = "test accuracy") => Arms[arm].Values(value).Average();

    /// <summary>Mean gain of an arm over the labels alone, percentage points.</summary>
    public double Gain(string arm) => 100 * (Of(arm) - Of("few"));

    public override string ToString() => $"{Data}, {Pair}, {Labels:N0} labels";
}

string Arm(RunFacets facets) => facets switch
{
    { Role: Role.WeakTeacher } => "teacher",
    { Role: Role.FewTrueLabels } => "few",
    { Role: Role.Ceiling } => "ceiling",
    { Supervision: SupervisionKind.Teacher } => "soft",
    { Variant: "teacher and own" } => "mix",
    { Variant: not null } => "shuffled",
    { Labels: "labels + own soft labels" } => "self",
    { Labels: not null } => "twins",
    _ => "both",
};

Study[] Studies(RunSet rows, IEnumerable<PairStudy> plan)
{
    var pairs = plan.ToDictionary(run => run.Hash);
    return
    [
        .. rows.By(run => (pairs[run.Hash].Setting, run.Facets.TrueLabels)).Select(one => one.Runs).Select(own =>
        {
            var pair = pairs[own[0].Hash];
            return new Study(pair.Images.Title, pair.Weak.Title, pair.Strong.Title, own[0].Facets.TrueLabels!.Value,
                own.By(run => Arm(run.Facets)).ToDictionary(arm => arm.Key, arm => arm.Runs));
        }),
    ];
}

// Data sets and teachers are drawn with replacement; a study counts as often as both of its own were drawn.
(double Low, double High) Interval(Study[] studies, Func<Study, double> score, int resamples)
{
    var random = new Random(7);
    var (data, teachers) = (Names(one => one.Data), Names(one => one.Weak));
    var scores = studies.Select(one => (one.Data, one.Weak, Score: score(one))).ToArray();
    double[] means = [.. Enumerable.Range(0, resamples).Select(_ => Resample()).Where(double.IsFinite).Order()];
    return (means[(int)(.025 * means.Length)], means[(int)(.975 * means.Length)]);

    string[] Names(Func<Study, string> of) => [.. studies.Select(of).Distinct()];

    Dictionary<string, int> Draw(string[] names) =>
        names.Select(_ => names[random.Next(names.Length)]).CountBy(name => name).ToDictionary();

    double Resample()
    {
        var (d, t) = (Draw(data), Draw(teachers));
        double[] weights =
            [.. scores.Select(one => (double)d.GetValueOrDefault(one.Data) * t.GetValueOrDefault(one.Weak))];
        return weights.Zip(scores, (weight, one) => weight * one.Score).Sum() / weights.Sum();
    }
}
