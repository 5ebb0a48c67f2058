namespace W2S.Benchmarks;

/// <summary>What a batch costs before the network sees it, and what share of a training step that is.</summary>
internal static class DataBench
{
    public static int Run(string[] words)
    {
        var arguments = new Arguments("data", words, ["batch", "threads", "rounds", "seconds", "json"], ["peer"]);
        var (batch, threads) = (arguments.Number("batch", 128), arguments.UseThreads());
        var rounds = arguments.Number("rounds", 15);
        var machine = Machine.Here(threads);
        Console.WriteLine(machine);
        Console.WriteLine(
            $"batches of {batch} of {Contenders.DataName}, padded, cropped, mirrored, normalised, channels last; "
            + "turns of 100 batches or 5 steps, medians (quartiles)\n");
        var (many, few) = (new Contenders(threads, batch, 100), new Contenders(threads, batch, 5));
        List<Contender> contenders =
        [
            few.Ours("ResNet-20, a whole step", "turns-train", "--model", "resnet20"),
            many.Ours("batch, made by the loop itself", "turns-data"),
            many.Ours("batch, made by one worker", "turns-data", "--workers", "1"),
        ];
        try
        {
            if (arguments.Has("peer")) contenders.Add(many.Peer("batch, PyTorch", "data", "--layout", "channels-last"));
            Turns.Run(contenders, rounds, arguments.Number("seconds", 600));
            var rows = contenders.Select(c => Turns.Of(c, contenders[0])).ToList();
            Console.WriteLine($"{"",-34}{"ms",8}   {"quartiles",-17}{"of a step",10}");
            foreach (var row in rows)
                Console.WriteLine(
                    $"{row.Name,-34}{row.Median,8:F3}   {$"{row.Low:F3} … {row.High:F3}",-17}{1 / row.Faster,10:P2}");
            Results.Write(arguments.Text("json"), new { machine, data = Contenders.DataName, batch, rounds, rows });
            return 0;
        }
        finally
        {
            contenders.ForEach(c => c.Dispose());
        }
    }
}
