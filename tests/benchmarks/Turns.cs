using System.Diagnostics;

namespace W2S.Benchmarks;

/// <summary>Lets contenders take turns, so that a machine that is busy for a while is busy for all of them.</summary>
internal static class Turns
{
    /// <summary>Runs rounds; every contender has a turn in each, and who begins moves on by one.</summary>
    /// <param name="contenders">Those that take turns.</param>
    /// <param name="rounds">How many.</param>
    /// <param name="seconds">After this time no further round is begun, once there are three.</param>
    public static void Run(IReadOnlyList<Contender> contenders, int rounds, int seconds)
    {
        var clock = Stopwatch.StartNew();
        foreach (var contender in contenders)
            contender.Ready();
        for (var round = 0; round < rounds && (round < 3 || clock.Elapsed.TotalSeconds < seconds); round++)
            for (var i = 0; i < contenders.Count; i++)
                contenders[(round + i) % contenders.Count].Turn();
    }

    /// <summary>What a contender did, beside another: medians of its turns, and of the ratios of turns in the same
    /// round.</summary>
    public static Figure Of(Contender contender, Contender? reference = null)
    {
        var ratios = reference is null ? []
            : contender.Turns.Zip(reference.Turns, (own, other) => other / own).ToList();
        return new Figure(contender.Name, Quantile(contender.Turns, 0.5), Quantile(contender.Turns, 0.25),
            Quantile(contender.Turns, 0.75), contender.Turns.Count, contender.PeakMemory)
        {
            Faster = ratios.Count > 0 ? Quantile(ratios, 0.5) : null,
            Version = contender.Version,
        };
    }

    public static double Quantile(IReadOnlyList<double> values, double q) =>
        values.Order().ElementAt((int)Math.Round(q * (values.Count - 1)));
}

/// <summary>One row of a table.</summary>
/// <param name="Name">Who.</param>
/// <param name="Median">Milliseconds a step, or what else a turn measures.</param>
/// <param name="Low">First quartile of the turns.</param>
/// <param name="High">Third quartile of the turns.</param>
/// <param name="Turns">How many turns.</param>
/// <param name="PeakMemory">Peak resident memory of the process, MiB.</param>
internal sealed record Figure(string Name, double Median, double Low, double High, int Turns, double PeakMemory)
{
    /// <summary>How many times as fast as the reference, median over rounds; null for none.</summary>
    public double? Faster { get; init; }

    /// <summary>Of the library or of PyTorch.</summary>
    public string? Version { get; init; }
}
