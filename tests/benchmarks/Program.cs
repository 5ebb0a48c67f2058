using W2S.Benchmarks;
using W2S.Torch;

// `./w2s bench VERB`; the verbs of the second half are the processes that the first half starts.
TorchRuntime.Start();
try
{
    return args switch
    {
        ["probes", .. var rest] => ProbeBench.Run(rest),
        ["features", .. var rest] => FeatureBench.Run(rest),
        ["losses", .. var rest] => LossBench.Run(rest),
        ["train", .. var rest] => TrainBench.Run(rest),
        ["data", .. var rest] => DataBench.Run(rest),
        ["resume", .. var rest] => ResumeBench.Run(rest),
        ["accuracy", .. var rest] => AccuracyBench.Run(rest),
        ["memory", .. var rest] => MemoryBench.Run(rest),
        ["turns-train", .. var rest] => TrainTurns.Run(rest),
        ["turns-probes", .. var rest] => ProbeTurns.Run(rest),
        ["turns-features", .. var rest] => FeatureTurns.Run(rest),
        ["turns-data", .. var rest] => DataTurns.Run(rest),
        ["turns-peak", .. var rest] => PeakTurns.Run(rest),
        ["killed", .. var rest] => KilledRun.Run(rest),
        _ => throw new UsageException(
            $"bench does not know '{string.Join(' ', args)}'; it times kernel, features, probes, losses, train, data, "
            + "resume, memory and accuracy"),
    };
}
catch (UsageException error)
{
    Console.Error.WriteLine($"w2s: {error.Message}");
    return 2;
}
