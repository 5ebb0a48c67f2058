using W2S.Torch;

namespace W2S.Benchmarks;

/// <summary>Frozen passes over images: the library's, the same without folded norms on all threads together, and ONNX
/// Runtime's.</summary>
internal static class FeatureBench
{
    public static int Run(string[] words)
    {
        var arguments = new Arguments("features", words,
            ["models", "images", "batch", "threads", "rounds", "seconds", "json"], ["peer"]);
        var (batch, threads) = (arguments.Number("batch", 256), arguments.UseThreads());
        var machine = Machine.Here(threads);
        Console.WriteLine(machine);
        var tables = arguments.Words("models", "resnet56,resnet18")
            .Select(name => Table(arguments, name, batch, threads)).ToArray();
        Results.Write(arguments.Text("json"), new { machine, batch, tables });
        return 0;
    }

    private static object Table(Arguments arguments, string name, int batch, int threads)
    {
        using (var model = FeatureTurns.Make(name)) { } // an unknown name ends here
        var side = FeatureTurns.Side(name);
        var images = arguments.Number("images", side == 32 ? 2_048 : 512);
        string[] work = ["turns-features", "--model", name, "--images", $"{images}"];
        var start = new Contenders(threads, batch, steps: 1);
        List<Contender> contenders =
        [
            start.Ours("norms folded", work),
            start.Ours("as it is", [.. work, "--engine", "plain"]),
        ];
        try
        {
            if (arguments.Has("peer")) contenders.Add(start.Ours("ONNX Runtime", [.. work, "--engine", "onnx"]));
            Turns.Run(contenders, arguments.Number("rounds", 15), arguments.Number("seconds", 300));
            var rows = contenders.Select(contender => Turns.Of(contender, contenders[^1])).ToList();
            Console.WriteLine(
                $"\n{name} at {side} pixels; {rows[0].Turns} turns of {images} images\n{"",-16}{"images/s",9}   "
                + $"{"quartiles",-17}{"/ " + rows[^1].Name,16}{"peak MiB",10}");
            foreach (var row in rows)
                Console.WriteLine(
                    $"{row.Name,-16}{1000 / row.Median,9:F0}   {$"{1000 / row.High:F0} … {1000 / row.Low:F0}",-17}"
                    + $"{row.Faster,16:F2}{row.PeakMemory,10:F0}");
            return new { name, side, images, rows };
        }
        finally
        {
            contenders.ForEach(contender => contender.Dispose());
        }
    }
}
