using TorchSharp;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Runs;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Tests.Runs;

/// <summary>A run that counts in its folder how often it worked, and says its seed of four images.</summary>
internal sealed record ToyExperiment(string Method, long Number) : Experiment
{
    public Loss Loss { get; init; } = new Kd();

    public IReadOnlyList<double> Rates { get; init; } = [0.1, 0.5];

    public (int, string)? Pair { get; init; }

    public ToyExperiment? Teacher { get; init; }

    [Added]
    public int Later { get; init; }

    public override string Kind => "toy";

    public override RunFacets Facets => new() { Scenario = "toy", Data = "four images", Variant = Method };

    public override double TestPerTrain => .25;

    public override long Seed { get; init; } = Number;

    public override IReadOnlyList<Experiment> Needs => Teacher is null ? [] : [Teacher];

    /// <summary>How often a run was made, by hash.</summary>
    public static Dictionary<string, int> Made { get; } = [];

    protected internal override RunOutcome Run(RunContext context)
    {
        lock (Made) Made[Hash] = Made.GetValueOrDefault(Hash) + 1;
        if (Method == "interrupted" && !File.Exists(Path.Combine(context.Folder, "half")))
        {
            File.WriteAllText(Path.Combine(context.Folder, "half"), "");
            throw new OperationCanceledException();
        }
        File.WriteAllText(Path.Combine(context.Kept, "weights"), Method);
        using var scope = NewDisposeScope();
        var logits = tensor(new float[] { 2, 0, 0, 3, 1, 0, 0, 5 }, [4, 2]);
        return new RunOutcome
        {
            Values = new Dictionary<string, double>
            {
                ["test accuracy"] = 0.5 + Number / 100.0,
                ["taught by"] = Teacher is null ? -1 : context.Of(Teacher)["test accuracy"]
            },
            History = [new(1, new Dictionary<string, double> { ["loss"] = 2 }),
                new(2, new Dictionary<string, double> { ["loss"] = 1, ["validation"] = .5 })],
            Predictions =
                new Dictionary<string, SamplePredictions>
                {
                    ["test"] =
                    SamplePredictions.Of(logits, tensor(new long[] { 0, 1, 1, 1 }))
                },
        };
    }
}
