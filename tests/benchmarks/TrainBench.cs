using W2S.Torch;

namespace W2S.Benchmarks;

/// <summary>Training steps of the library's trainer, beside PyTorch's where asked, and as a share of what convolutions
/// can do here.</summary>
internal static class TrainBench
{
    public static int Run(string[] words)
    {
        var arguments = new Arguments("train", words,
            ["models", "precisions", "batch", "threads", "rounds", "steps", "whole", "starts", "seconds", "device",
                "json"], ["peer", "compiled", "plain-layout"]);
        var models = arguments.Words("models", "resnet20,resnet56,resnet8x4");
        var device = arguments.Device();
        var precisions = arguments.Words("precisions",
            device == Contenders.Cuda || Devices.MultipliesBFloat16 == true ? "fp32,bf16" : "fp32");
        if (precisions.FirstOrDefault(p => p is not ("fp32" or "bf16")) is { } unknown)
            throw new UsageException($"--precisions has '{unknown}'; give fp32, bf16 or both with a comma");
        var (batch, threads) = (arguments.Number("batch", 128), arguments.UseThreads());
        var (rounds, steps) = (arguments.Number("rounds", 15), arguments.Number("steps", 5));
        var (whole, starts) = (arguments.Number("whole", 100, 0), arguments.Number("starts", 3));
        var peers = !arguments.Has("peer") ? [] : arguments.Has("compiled")
            ? (string[])[.. Layouts, Compiled] : Layouts;
        var machine = Machine.Here(threads);
        Console.WriteLine(machine);
        Console.WriteLine(
            $"on {device}, batches of {batch} of {Contenders.DataName}, padded, cropped, mirrored; turns of {steps} "
            + "steps each, medians (quartiles)");
        var results = models.Select(model =>
        {
            var work = Networks.GigaFlop(model, batch);
            var turns = InTurns(new Contenders(threads, batch, steps, device), model, precisions, peers,
                arguments.Has("plain-layout"), rounds, arguments.Number("seconds", 600));
            Console.WriteLine(
                $"\n{model}, {work:F1} GFLOP a step, {turns[0].Figure.Turns} turns\n{"",-34}{"ms a step",10}   "
                + $"{"quartiles",-17}{"images/s",9}{"of peak",9}{"peak MiB",10}{"PyTorch's ms in fp32 / ms",27}\n"
                + $"{"",-98}channels-last, default, compiled");
            foreach (var row in turns)
            {
                var figure = row.Figure;
                var share = row.Peak is { } peak ? $"{work / figure.Median * peak:P0}" : "";
                Console.WriteLine(
                    $"{figure.Name,-34}{figure.Median,10:F1}   "
                    + $"{$"{figure.Low:F1} … {figure.High:F1}",-17}{batch / figure.Median * 1000,9:F0}{share,9}"
                    + $"{figure.PeakMemory,10:F0}{row.OverLast,13:F2}{row.OverDefault,10:F2}{row.OverCompiled,10:F2}");
            }
            var wholes = whole == 0 ? []
                : InWholes(new Contenders(threads, batch, whole, device), model, precisions, peers, starts);
            if (wholes.Count > 0)
                Console.WriteLine($"\nwhole processes: start, data, {whole} steps, end; medians of {starts}");
            foreach (var one in wholes)
                Console.WriteLine(
                    $"{one.Name,-34}{one.Median,10:F1} s "
                    + $"{$"{one.Low:F1} … {one.High:F1}",-17}{"",18}{one.PeakMemory,10:F0}");
            return new { model, gigaFlop = work, turns, wholes };
        }).ToArray();
        Results.Write(arguments.Text("json"),
            new { machine, device, data = Contenders.DataName, batch, rounds, steps, whole, starts, results });
        return 0;
    }

    private static List<Row> InTurns(Contenders start, string model, string[] precisions, string[] layouts, bool plain,
        int rounds, int seconds)
    {
        List<Contender> ours = [], peaks = [], peers = [];
        try
        {
            foreach (var precision in precisions)
            {
                ours.Add(start.Ours($"trainer {precision}", "turns-train", "--model", model, "--precision", precision));
                peaks.Add(start.Ours($"large convolutions {precision}", "turns-peak", "--precision", precision));
            }
            if (plain) ours.Add(
                start.Ours("trainer fp32, plain layout", "turns-train", "--model", model, "--plain-layout"));
            peers.AddRange(Peers(start, model, precisions, layouts));
            Turns.Run([.. ours, .. peers, .. peaks], rounds, seconds);
            return [.. ours.Concat(peers).Select(
                c => new Row(Turns.Of(c), Over(c, "channels-last fp32"), Over(c, "default fp32"),
                    Over(c, "compiled fp32"), Peak(c)))];
        }
        finally
        {
            foreach (var contender in ours.Concat(peaks).Concat(peers))
                contender.Dispose();
        }

        double? Over(Contender own, string layout) =>
            peers.Find(p => p.Name.EndsWith(layout, StringComparison.Ordinal)) is { } other && !peers.Contains(own)
                ? Turns.Of(own, other).Faster : null;

        // GFLOP a millisecond.
        double? Peak(Contender own) =>
            peaks.Find(p => p.Name[^4..] == (own.Name.Contains("bf16") ? "bf16" : "fp32")) is { } peak
                ? Turns.Of(peak).Median : null;
    }

    private const string Default = "default", ChannelsLast = "channels-last", Compiled = "compiled";

    private static readonly string[] Layouts = [Default, ChannelsLast];

    private static IEnumerable<Contender> Peers(Contenders start, string model, string[] precisions, string[] layouts,
        params string[] more)
    {
        foreach (var layout in layouts)
        {
            string[] options = layout switch
            {
                Default => [],
                Compiled => ["--layout", ChannelsLast, "--compile"],
                _ => ["--layout", layout],
            };
            foreach (var precision in layout == ChannelsLast ? precisions.Union(["fp32"]) : ["fp32"])
                yield return start.Peer($"PyTorch {layout} {precision}",
                    ["train", "--model", model, "--precision", precision, .. options, .. more]);
        }
    }

    private static List<Figure> InWholes(Contenders start, string model, string[] precisions, string[] peers,
        int starts)
    {
        Dictionary<string, (List<double> Seconds, List<double> Peaks)> times = [];
        for (var round = 0; round < starts; round++)
        {
            var ours = precisions.Select(
                p => start.Ours($"trainer {p}", "turns-train", "--model", model, "--precision", p, "--whole"));
            foreach (var contender in ours.Concat(Peers(start, model, precisions, peers, "--whole")))
            {
                using (contender)
                {
                    var (seconds, peaks) = times.TryGetValue(contender.Name, out var known) ? known
                        : times[contender.Name] = ([], []);
                    seconds.Add(contender.Whole());
                    peaks.Add(contender.PeakMemory);
                }
            }
        }
        return [.. times.Select(
            t => new Figure(t.Key, Turns.Quantile(t.Value.Seconds, 0.5), t.Value.Seconds.Min(), t.Value.Seconds.Max(),
                starts, t.Value.Peaks.Max()))];
    }

    /// <param name="Figure">Of the contender.</param>
    /// <param name="OverLast">PyTorch's channels-last time over this one's.</param>
    /// <param name="OverDefault">PyTorch's default time over this one's.</param>
    /// <param name="OverCompiled">The time of PyTorch's compiled graph, channels last, over this one's.</param>
    /// <param name="Peak">Milliseconds that 1 GFLOP takes at the machine's best.</param>
    private sealed record Row(Figure Figure, double? OverLast, double? OverDefault, double? OverCompiled,
        double? Peak);
}
