using System.Diagnostics;
using TorchSharp;
using W2S.Losses;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Benchmarks;

/// <summary>Probes in a row as a contender, or the products of their steps alone as libtorch makes them: a turn's
/// milliseconds are those of one probe.</summary>
internal static class ProbeTurns
{
    private const int Samples = 4_000;

    public static int Run(string[] words)
    {
        var arguments =
            new Arguments("turns-probes", words,
                ["features", "classes", "probes", "engine", "batch", "threads", "steps", "device"], []);
        var (length, classes) = (arguments.Number("features", 64), arguments.Number("classes", 20));
        var (probes, batch, steps) = (arguments.Number("probes", 90), arguments.Number("batch", 256),
            arguments.Number("steps", 600));
        arguments.UseThreads();
        using var scope = NewDisposeScope();
        manual_seed(1);
        var (features, labels) = (randn(Samples, length), randint(classes, Samples));
        Action turn = arguments.Text("engine") switch
        {
            "products" => () => Products(length, classes, batch, steps),
            "graph" => () => Train(new ByGraph()),
            _ => () => Train(new CrossEntropy()),
        };
        do
        {
            var started = Stopwatch.GetTimestamp();
            turn();
            var count = arguments.Text("engine") == "products" ? 1 : probes;
            TrainTurns.Say(Stopwatch.GetElapsedTime(started).TotalMilliseconds / count);
        }
        while (Console.ReadLine() == "go");
        return 0;

        void Train(Loss loss)
        {
            var options = new LinearProbeOptions { Steps = steps, BatchSize = batch };
            var trained = LinearProbe.TrainMany([.. Enumerable.Range(0, probes).Select(seed =>
                new ProbeTask(features, classes, loss, new Supervision { Labels = labels },
                    options with { Seed = seed }))]);
            foreach (var probe in trained) probe.Dispose();
        }
    }

    // A probe's arithmetic at libtorch's best: one large square product with as many operations, on all threads.
    private static void Products(int length, int classes, int batch, int steps)
    {
        using var scope = NewDisposeScope();
        const long side = 1_024;
        var operations = 4.0 * batch * length * classes * steps;
        var (a, b) = (randn(side, side), randn(side, side));
        for (var done = 0.0; done < operations; done += 2.0 * side * side * side) a.mm(b).Dispose();
    }

    // Cross entropy that leaves its gradient to the graph.
    private sealed record ByGraph : Loss
    {
        public override string Name => "Cross entropy by the graph";

        public override LossParts Compute(LossBatch batch) => new CrossEntropy().Compute(batch);
    }
}
