using TorchSharp;
using W2S.Runs;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Experiments;

/// <summary>Compares quantiles of a second stage's neighbour selection on labels that were held out: neither the truth
/// nor a test image is asked.</summary>
/// <remarks>
/// The held-out labels are as noisy as the others, so their accuracy is low for every quantile. Where wrong labels fall
/// on all other classes alike (symmetric noise), its order is that of the true accuracy. Where they fall on one class
/// (asymmetric noise), a student that is wrong into that class scores better than one that is wrong elsewhere, and the
/// order can differ. Values: <c>validation Q</c> for each quantile Q, the share of held-out labels that the student
/// gives too, 0 where the neighbours confirm no label at all.
/// </remarks>
[RunsOn(typeof(LinearProbe))]
public sealed record QuantileChoice : Experiment
{
    /// <summary>The images, networks and noise, with a second stage as its method; its seed is replaced by the
    /// choice's.</summary>
    public required TrainProbe Study { get; init; }

    /// <summary>What is compared.</summary>
    /// <value>0.25, which Sel-CL has for asymmetric noise, 0.5, and 0.75, which it has for symmetric noise.</value>
    public IReadOnlyList<double> Quantiles { get; init; } = [.25, .5, .75];

    /// <summary>The share of the training images that only judge.</summary>
    /// <value>1/8.</value>
    public double HeldOut { get; init; } = .125;

    /// <inheritdoc/>
    public override string Kind => "quantile-choice";

    /// <inheritdoc/>
    public override RunFacets Facets => Study.Facets with
    { Role = null, Supervision = null, Loss = null, Variant = "Choice of the quantile" };

    /// <inheritdoc/>
    public override double TestPerTrain => Study.TestPerTrain;

    /// <summary>The split.</summary>
    public override long Seed { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<Experiment> Needs => [Features];

    /// <inheritdoc/>
    public override bool NeedsFiles => true;

    /// <inheritdoc/>
    public override bool SideBySide => true;

    private FrozenFeatures Features => FrozenFeatures.Of(Study.Data.Pool, Study.Strong);

    /// <summary>The quantile with the highest mean validation accuracy; of equals the smallest.</summary>
    /// <param name="runs">Finished choices of one setting, one for each split.</param>
    /// <returns>The quantile.</returns>
    /// <exception cref="ArgumentException">There is no run.</exception>
    public double Best(IReadOnlyList<RunResult> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        return runs.Count > 0
            ? Quantiles.Order().MaxBy(quantile => runs.Average(run => run[Value(quantile)]))
            : throw new ArgumentException("there is no run to choose by; give one a split", nameof(runs));
    }

    /// <summary>The name of a quantile's value.</summary>
    /// <param name="quantile">For instance 0.25.</param>
    /// <returns><c>validation 0.25</c>.</returns>
    public static string Value(double quantile) => FormattableString.Invariant($"validation {quantile}");

    /// <inheritdoc/>
    protected internal override RunOutcome Run(RunContext context)
    {
        var method = Study.Method;
        if (method.Selection is not { } selection || method.Teacher)
            throw new ArgumentException(
                $"{Study.Name} selects no labels by neighbours, or has a teacher; give "
                + $"{nameof(ProbeMethod)}.{nameof(ProbeMethod.SecondStage)} without one", nameof(Study));
        using var scope = NewDisposeScope();
        var data = Study.Data.Draw(Seed);
        var split = data.Labelled;
        var held = (long)(split.Count * HeldOut);
        var rest = split.Count - held;
        var all = Features.Rows(context, split);
        var (features, judged) = (all.narrow(0, 0, rest), all.narrow(0, rest, held));
        var given = tensor([.. split.Given.Take((int)rest)]);
        long[] due = [.. split.Given.Skip((int)rest)];
        var values = new Dictionary<string, double>();
        foreach (var quantile in Quantiles)
        {
            using var step = NewDisposeScope();
            var chosen = (selection with { Quantile = quantile }).Select(features, given, data.Classes).Rows;
            values[Value(quantile)] = chosen.Length == 0 ? 0 : Judge(tensor(chosen));
        }
        return new RunOutcome { Values = values };

        double Judge(Tensor rows)
        {
            var options = Study.Probe with { Seed = Seeds.Derive(Seed, "student"), Mixup = method.Mixup };
            using var probe = LinearProbe.Train(features.index_select(0, rows), data.Classes, method.Loss,
                new Supervision { Labels = given }.Rows(rows), options, context.Progress, context.Token);
            return probe.Accuracy(judged, due);
        }
    }
}
