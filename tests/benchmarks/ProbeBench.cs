namespace W2S.Benchmarks;

/// <summary>Linear probes, many in a row: the library's, the same without their losses' closed form, and PyTorch's
/// plain loop.</summary>
internal static class ProbeBench
{
    public static int Run(string[] words)
    {
        var arguments =
            new Arguments("probes", words,
                ["features", "classes", "probes", "batch", "steps", "threads", "rounds", "seconds", "json"], ["peer"]);
        var (batch, steps, threads) = (arguments.Number("batch", 256), arguments.Number("steps", 600),
            arguments.UseThreads());
        var probes = arguments.Number("probes", 90);
        var machine = Machine.Here(threads);
        Console.WriteLine(machine);
        (int Features, int Classes)[] sizes = arguments.Has("features") || arguments.Has("classes")
            ? [(arguments.Number("features", 64), arguments.Number("classes", 20, 2))]
            : [(64, 20), (512, 10)];
        var start = new Contenders(threads, batch, steps);
        var tables = sizes.Select(size => Table(start, arguments, size.Features, size.Classes, probes)).ToArray();
        Results.Write(arguments.Text("json"), new { machine, batch, steps, probes, tables });
        return 0;
    }

    private static object Table(Contenders start, Arguments arguments, int features, int classes, int probes)
    {
        string[] size = ["--features", $"{features}", "--classes", $"{classes}"];
        // Whoever is slower has fewer in a turn, so that turns are of like length.
        List<Contender> contenders =
        [
            start.Ours("probes", ["turns-probes", .. size, "--probes", $"{probes}"]),
            start.Ours("by the graph",
                ["turns-probes", .. size, "--engine", "graph", "--probes", $"{Math.Max(2, probes / 15)}"]),
            start.Ours("products alone", ["turns-probes", .. size, "--engine", "products"]),
        ];
        try
        {
            if (arguments.Has("peer")) contenders.Add(start.Peer("PyTorch, plain loop", ["probe", .. size]));
            Turns.Run(contenders, arguments.Number("rounds", 9), arguments.Number("seconds", 300));
            var rows = contenders.Select(contender => Turns.Of(contenders[0], contender)).Zip(contenders,
                (ratio, contender) =>
                Turns.Of(contender) with { Faster = ratio.Faster }).ToList();
            Console.WriteLine(
                $"\n{features} features, {classes} classes; {rows[0].Turns} turns of {probes} "
                + $"probes\n{"",-22}{"ms a probe",11}   {"quartiles",-19}{"/ probes",9}");
            foreach (var row in rows)
                Console.WriteLine(
                    $"{row.Name,-22}{row.Median,11:F1}   {$"{row.Low:F1} … {row.High:F1}",-19}{row.Faster,9:F2}");
            Console.WriteLine($"of the arithmetic at libtorch's best: {rows[2].Faster:P0}");
            return new { features, classes, rows };
        }
        finally
        {
            contenders.ForEach(contender => contender.Dispose());
        }
    }
}
