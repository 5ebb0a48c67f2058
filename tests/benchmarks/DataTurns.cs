using System.Diagnostics;
using W2S.Data;
using W2S.Data.Batches;
using W2S.Data.Views;
using W2S.Models;

namespace W2S.Benchmarks;

/// <summary>The library's batches as a contender: drawn, cut, mirrored, normalised and laid out, with nothing else
/// done.</summary>
internal static class DataTurns
{
    public static int Run(string[] words)
    {
        var arguments = new Arguments("turns-data", words, ["batch", "threads", "steps", "workers"], []);
        arguments.UseThreads();
        using var images = Networks.Images(50_000);
        using var loader = new BatchLoader(images, new BatchOptions
        {
            BatchSize = arguments.Number("batch", 128),
            Augmentation = Augmentation.Standard,
            DropLast = true,
            ChannelsLast = true,
            Workers = arguments.Number("workers", 0, 0),
        }, Normalization.Centered);
        var steps = arguments.Number("steps", 100);
        using var batches = Endless(loader).GetEnumerator();
        do
        {
            var started = Stopwatch.GetTimestamp();
            for (var step = 0; step < steps; step++)
                batches.MoveNext();
            TrainTurns.Say(Stopwatch.GetElapsedTime(started).TotalMilliseconds / steps);
        }
        while (Console.ReadLine() == "go");
        return 0;
    }

    private static IEnumerable<Batch> Endless(BatchLoader loader)
    {
        for (var epoch = 0; ; epoch++)
            foreach (var batch in loader.Epoch(epoch))
                yield return batch;
    }
}
