using W2S.Analysis;

namespace W2S.Charts;

/// <summary>One method's result in one setting.</summary>
/// <param name="Method">Its name, which gives it its colour and place.</param>
/// <param name="Value">The estimate over seeds or splits.</param>
/// <param name="Setting">What it belongs to, for instance a pair of networks or a data set; empty where there is
/// one.</param>
public sealed record MethodResult(string Method, Estimate Value, string Setting = "")
{
    /// <summary>What a row of it is called where another name than the method's tells it apart, for instance a pair of
    /// networks under one method.</summary>
    /// <value>Null: the method's name.</value>
    public string? Label { get; init; }

    /// <summary>The value of every seed or split, drawn as small dots; none where empty.</summary>
    public IReadOnlyList<double> Runs { get; init; } = [];

    /// <summary>The estimate of some runs, with a Student-t interval.</summary>
    /// <param name="method">The method's name.</param>
    /// <param name="runs">One value a seed or split.</param>
    /// <param name="setting">What it belongs to.</param>
    /// <param name="testPerTrain">Test images for each training image where the runs re-deal one pool: see
    /// <see cref="Statistics"/>.</param>
    /// <returns>The result.</returns>
    public static MethodResult Over(string method, IReadOnlyList<double> runs, string setting = "",
        double testPerTrain = 0) =>
        new(method, Statistics.OverRuns(runs, testPerTrain: testPerTrain), setting) { Runs = [.. runs] };

    /// <summary>The gain over a baseline on the same seeds or splits, with a paired Student-t interval.</summary>
    /// <param name="method">The method's name.</param>
    /// <param name="runs">One value a seed or split.</param>
    /// <param name="baseline">The baseline's values in the same order.</param>
    /// <param name="setting">What it belongs to.</param>
    /// <param name="testPerTrain">Test images for each training image where the runs re-deal one pool: see
    /// <see cref="Statistics"/>.</param>
    /// <returns>The result, in the unit of the values.</returns>
    public static MethodResult Gain(string method, IReadOnlyList<double> runs, IReadOnlyList<double> baseline,
        string setting = "", double testPerTrain = 0) =>
        new(method, Statistics.PairedDifference(runs, baseline, testPerTrain: testPerTrain),
            setting)
        { Runs = Statistics.Differences(runs, baseline) };
}
