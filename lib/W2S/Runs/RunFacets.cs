using System.Globalization;
using System.Text.Json.Serialization;

namespace W2S.Runs;

/// <summary>What a run is, facet by facet; null where a facet does not apply. Beside the seed, this is all by which
/// runs are chosen, grouped, paired and named.</summary>
/// <remarks>The names of methods and settings are made from facets here and nowhere else, and nothing takes them apart
/// again.</remarks>
public sealed record RunFacets
{
    /// <summary>The kind of study, for instance <c>distillation</c>, <c>few-shot</c>, <c>noisy labels</c>.</summary>
    public required string Scenario { get; init; }

    /// <summary>The images and their classes, for instance <c>EuroSAT</c>.</summary>
    public required string Data { get; init; }

    /// <summary>The weak network; null for a run that has no teacher and is none.</summary>
    public string? Teacher { get; init; }

    /// <summary>The strong network; null for the weak teacher itself.</summary>
    public string? Student { get; init; }

    /// <summary>The part that the run plays; null for one that only prepares others, as features do.</summary>
    public Role? Role { get; init; }

    /// <summary>What the network learns from.</summary>
    public SupervisionKind? Supervision { get; init; }

    /// <summary>How many true labels the weak teacher learned from, where that is varied.</summary>
    public int? TrueLabels { get; init; }

    /// <summary>How labels became wrong, for instance <c>symmetric 50 %</c>.</summary>
    public string? Noise { get; init; }

    /// <summary>How much of the network is trained, or in which stage: <c>head</c>, <c>full</c>, <c>meta
    /// stage</c>.</summary>
    public string? Depth { get; init; }

    /// <summary>A student's loss, for instance <c>AdaptConf</c>.</summary>
    public string? Loss { get; init; }

    /// <summary>Which labels are learned where not simply those at hand, for instance <c>confirmed labels</c> or
    /// <c>surest teacher</c>.</summary>
    public string? Labels { get; init; }

    /// <summary>In what a run differs from the method's usual form, for instance <c>T = 4</c>.</summary>
    public string? Variant { get; init; }

    /// <summary>The method's name: <c>Weak teacher</c>, <c>Strong alone</c>, <c>Few true labels</c>, <c>Ceiling</c>,
    /// <c>LOSS + labels</c>, <c>LOSS, teacher only</c>; of a run without a role what it prepares.</summary>
    [JsonIgnore]
    public string Method => Join(", ", Role is null && Variant is not null ? null : Base, Variant);

    /// <summary>What methods are compared within: data, networks, number of true labels, noise and depth.</summary>
    [JsonIgnore]
    public string Setting => Join(", ", Data, Join(" → ", Teacher, Student), Count, Noise, Depth);

    /// <summary>Facets of a network trained with or without a teacher: which of them apply follows from its
    /// role.</summary>
    /// <param name="scenario">The kind of study.</param>
    /// <param name="data">The images.</param>
    /// <param name="role">The part that the run plays.</param>
    /// <param name="network">The network that is trained.</param>
    /// <param name="teacher">Its teacher's network; null for none.</param>
    /// <param name="labels">Whether labels enter its loss.</param>
    /// <param name="loss">The loss.</param>
    /// <returns>The facets.</returns>
    public static RunFacets Of(string scenario, string data, Role role, string network, string? teacher, bool labels,
        string loss) => new()
        {
            Scenario = scenario,
            Data = data,
            Role = role,
            Teacher = role == Runs.Role.WeakTeacher ? network : teacher,
            Student = role == Runs.Role.WeakTeacher ? null : network,
            Supervision = teacher is null ? SupervisionKind.Labels
                : labels ? SupervisionKind.Both : SupervisionKind.Teacher,
            Loss = role == Runs.Role.Student ? loss : null,
        };

    /// <summary>The setting's name beside others: the scenario where there are several, and of its own scenario the
    /// fewest facets that tell it apart; empty where nothing has to be told.</summary>
    /// <param name="others">Facets of all that stand together, its own among them.</param>
    /// <returns>For instance <c>symmetric 50 %</c>.</returns>
    internal string SettingBeside(IEnumerable<RunFacets> others)
    {
        var all = others.ToArray();
        // What is asked first stands last in the name.
        (string? Text, Func<RunFacets, bool> Differs)[] facets =
        [
            (Depth, other => Apart(Depth, other.Depth)), (Noise, other => Apart(Noise, other.Noise)),
            (Count, other => Apart(TrueLabels, other.TrueLabels)),
            (Join(" → ", Teacher, Student), other => Apart(Teacher, other.Teacher) || Apart(Student, other.Student)),
            (Data, other => Data != other.Data),
        ];
        var left = all.Where(other => other.Scenario == Scenario).ToArray();
        var name = "";
        foreach (var (text, differs) in facets)
        {
            if (left.Any(differs)) name = Join(", ", text, name);
            left = [.. left.Where(other => !differs(other))];
        }
        return Join(", ", all.Any(other => other.Scenario != Scenario) ? Capital(Scenario) : null, name);

        static bool Apart(object? a, object? b) => a is not null && b is not null && !Equals(a, b);
    }

    /// <summary>What several have in common.</summary>
    internal static RunFacets Common(IEnumerable<RunFacets> several) => several.Aggregate((a, b) => a == b ? a : new()
    {
        Scenario = a.Scenario == b.Scenario ? a.Scenario : "",
        Data = a.Data == b.Data ? a.Data : "",
        Teacher = Both(a.Teacher, b.Teacher),
        Student = Both(a.Student, b.Student),
        Role = a.Role == b.Role ? a.Role : null,
        Supervision = a.Supervision == b.Supervision ? a.Supervision : null,
        TrueLabels = a.TrueLabels == b.TrueLabels ? a.TrueLabels : null,
        Noise = Both(a.Noise, b.Noise),
        Depth = Both(a.Depth, b.Depth),
        Loss = Both(a.Loss, b.Loss),
        Labels = Both(a.Labels, b.Labels),
        Variant = Both(a.Variant, b.Variant),
    });

    /// <summary>Whether a run stands in a setting: every facet of a setting that it has is the setting's.</summary>
    internal bool StandsIn(RunFacets setting) =>
        Place.Zip(setting.Place).All(pair => pair.First is null || Equals(pair.First, pair.Second));

    /// <summary>The settings of some runs: facets of those that stand in no other's setting. A weak teacher and a
    /// strong network that nothing else brings together make one.</summary>
    internal static IReadOnlyList<RunFacets> WidestSettings(IEnumerable<RunFacets> runs)
    {
        var settings = runs.DistinctBy(run => string.Join('\n', run.Place)).ToList();
        settings.RemoveAll(one => settings.Exists(
            other => one.StandsIn(other) && !other.StandsIn(one)));
        for (var i = 0; i < settings.Count; i++)
        {
            var j = settings.FindIndex(i + 1, other => settings[i].Place.Zip(other.Place).All(
                pair => pair.First is null || pair.Second is null || Equals(pair.First, pair.Second)));
            if (j < 0) continue;
            var (a, b) = (settings[i], settings[j]);
            settings.RemoveAt(j);
            settings[i--] = a with
            {
                Teacher = a.Teacher ?? b.Teacher,
                Student = a.Student ?? b.Student,
                TrueLabels = a.TrueLabels ?? b.TrueLabels,
                Noise = a.Noise ?? b.Noise,
                Depth = a.Depth ?? b.Depth,
            };
        }
        return settings;
    }

    private object?[] Place => [Scenario, Data, Teacher, Student, TrueLabels, Noise, Depth];

    private static string? Both(string? a, string? b) => a == b ? a : null;

    private string Base => (Role, Supervision) switch
    {
        (Runs.Role.WeakTeacher, _) => "Weak teacher",
        (Runs.Role.StrongAlone, _) => "Strong alone",
        (Runs.Role.FewTrueLabels, _) => "Few true labels",
        (Runs.Role.Ceiling, _) => "Ceiling",
        (null, _) => Capital(Scenario),
        (_, SupervisionKind.Both) => $"{Loss} + {Small(Labels ?? "labels")}",
        (_, SupervisionKind.Teacher) when Labels is null => $"{Loss}, teacher only",
        _ => Capital(Labels ?? Loss ?? Scenario),
    };

    private string? Count => TrueLabels is { } count
        ? string.Create(CultureInfo.InvariantCulture, $"{count:N0} true labels") : null;

    private static string Capital(string text) =>
        text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    private static string Small(string text) =>
        text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];

    private static string Join(string between, params string?[] parts) =>
        string.Join(between, parts.Where(part => !string.IsNullOrEmpty(part)));
}

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

/// <summary>The part that a network plays in a comparison: the ends that a student stands between, and the
/// student.</summary>
public enum Role
{
    /// <summary>The weak network with its own labels: it teaches.</summary>
    WeakTeacher,

    /// <summary>The strong network without a teacher, with the labels that a taught student sees.</summary>
    StrongAlone,

    /// <summary>The strong network without a teacher, with the few true labels that the weak teacher learned
    /// from.</summary>
    FewTrueLabels,

    /// <summary>The strong network under a method: taught, or by a loss other than plain cross entropy.</summary>
    Student,

    /// <summary>The strong network with the true labels of the images that the student learns from.</summary>
    Ceiling,
}
