using System.Diagnostics;
using TorchSharp;
using W2S.Losses;
using static TorchSharp.torch;

namespace W2S.Benchmarks;

/// <summary>What a loss costs beside another: forward and backward on random logits, timed in alternation.</summary>
/// <param name="Milliseconds">Median time of the loss.</param>
/// <param name="BaselineMilliseconds">Median time of the baseline.</param>
/// <param name="Ratio">Median over the rounds of the loss's time over the baseline's in the same round.</param>
/// <param name="RatioLow">First quartile of those ratios.</param>
/// <param name="RatioHigh">Third quartile of those ratios.</param>
/// <param name="Rounds">How many rounds were timed.</param>
internal sealed record LossCost(double Milliseconds, double BaselineMilliseconds, double Ratio, double RatioLow,
    double RatioHigh, int Rounds)
{
    /// <summary>Times a loss beside a baseline, round by round, so that a busy machine hits both.</summary>
    /// <param name="loss">The loss in question, for instance <c>AdaptConf</c>.</param>
    /// <param name="baseline">The one to compare with, for instance <c>Kd</c>.</param>
    /// <param name="samples">B, the size of a batch.</param>
    /// <param name="classes">C, the number of classes.</param>
    /// <param name="rounds">Rounds that count; a tenth as many and two more come before, uncounted.</param>
    /// <param name="stepsPerRound">Forward and backward passes a round, so that a round is long against the
    /// clock.</param>
    /// <returns>Times of one pass, and their ratio.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A count that is not positive.</exception>
    public static LossCost Measure(Loss loss, Loss baseline, int samples = 256, int classes = 1000, int rounds = 40,
        int stepsPerRound = 5)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(samples);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rounds);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(stepsPerRound);
        using var scope = NewDisposeScope();
        using var generator = new Generator(0);
        var batch = new LossBatch(randn(samples, classes, generator: generator).requires_grad_())
        {
            TeacherLogits = randn(samples, classes, generator: generator),
            Labels = randint(classes, samples, generator: generator),
        };
        List<double> times = [], baselineTimes = [], ratios = [];
        for (var round = -2 - rounds / 10; round < rounds; round++)
        {
            // Whoever comes second finds warm caches: they take turns.
            var first = round % 2 == 0;
            var (a, b) = first ? (Time(loss), 0.0) : (0.0, Time(baseline));
            (a, b) = first ? (a, Time(baseline)) : (Time(loss), b);
            if (round < 0) continue;
            times.Add(a);
            baselineTimes.Add(b);
            ratios.Add(a / b);
        }
        return new(Turns.Quantile(times, 0.5), Turns.Quantile(baselineTimes, 0.5), Turns.Quantile(ratios, 0.5),
            Turns.Quantile(ratios, 0.25), Turns.Quantile(ratios, 0.75), rounds);

        double Time(Loss which)
        {
            var start = Stopwatch.GetTimestamp();
            for (var step = 0; step < stepsPerRound; step++)
            {
                using var inner = NewDisposeScope();
                which.Compute(batch).Total.backward();
                batch.StudentLogits.grad!.zero_();
            }
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds / stepsPerRound;
        }
    }
}
