using W2S.Analysis;
using W2S.Losses.WeakToStrong;

namespace W2S.Tests.Analysis;

public sealed class StatisticsTests
{
    [Fact]
    public void TheCorrelationIsPearsons()
    {
        Assert.Equal(1, Statistics.Correlation([1, 2, 3], [10, 20, 30]), 1e-12);
        Assert.Equal(-1, Statistics.Correlation([1, 2, 3], [3, 2, 1]), 1e-12);
        Assert.Equal(.5, Statistics.Correlation([1, 2, 3], [1, 3, 2]), 1e-12); // by hand: 1 / √(2 · 2)
        Assert.True(double.IsNaN(Statistics.Correlation([1, 2], [3, 3])));
        Assert.Contains("not finite", Assert.Throws<ArgumentException>(
            () => Statistics.Correlation([1, double.NaN], [1, 2])).Message);
    }

    // 97.5 % points of Student's distribution, from printed tables.
    [Theory]
    [InlineData(1, 12.7062047364)]
    [InlineData(2, 4.3026527300)]
    [InlineData(4, 2.7764451052)]
    [InlineData(9, 2.2621571628)]
    [InlineData(100, 1.9839715185)]
    public void Interval_is_that_of_Students_distribution(int degrees, double t)
    {
        double[] values = [.. Enumerable.Range(0, degrees + 1).Select(i => (double)(i % 3))];
        var estimate = Statistics.OverSamples(values);
        var half = t * estimate.Sd / Math.Sqrt(values.Length);
        Assert.Equal(estimate.Mean - half, estimate.Low, 1e-8);
        Assert.Equal(estimate.Mean + half, estimate.High, 1e-8);
    }

    [Fact]
    public void Mean_and_deviation_by_hand()
    {
        var estimate = Statistics.OverSamples([1, 2, 3]);
        Assert.Equal((2.0, 1.0, 3), (estimate.Mean, estimate.Sd, estimate.N));
        Assert.Equal(2 - 4.3026527300 / Math.Sqrt(3), estimate.Low, 1e-8);
    }

    [Fact]
    public void One_run_has_no_interval()
    {
        var estimate = Statistics.OverSamples([.5]);
        Assert.False(estimate.HasInterval);
        Assert.Equal("50.0 (n = 1)", estimate.Percent.ToString());
    }

    [Fact]
    public void Paired_difference_drops_what_the_runs_share()
    {
        double[] weak = [.40, .50, .60];
        double[] student = [.451, .549, .650];
        var gain = Statistics.PairedDifference(student, weak, 0);
        Assert.Equal(.05, gain.Mean, 1e-12);
        Assert.Equal("5.00 [4.75, 5.25]", gain.Percent.ToIntervalString());
        Assert.False(Statistics.OverSamples(weak).Low > .4);
    }

    [Fact]
    public void Paired_p_value_by_hand()
    {
        // Differences 1, 2, 3: t = 2 / (1/√3) = 3.4641 with 2 degrees; P = 1 − t/√(t² + 2) = 1 − √(12/14).
        Assert.Equal(1 - Math.Sqrt(12.0 / 14), Statistics.PairedPValue([1, 2, 3], [0, 0, 0], 0), 1e-12);
        Assert.Equal(1, Statistics.PairedPValue([1, 2], [1, 2], 0));
    }

    [Fact]
    public void Splits_of_one_pool_have_wider_intervals_by_hand()
    {
        // Mean 2, sd 1, n = 3: Nadeau and Bengio's √(1/3 + 1/2) = √(5/6) takes the place of √(1/3).
        var estimate = Statistics.OverRuns([1, 2, 3], testPerTrain: .5);
        Assert.Equal((2.0, 1.0), (estimate.Mean, estimate.Sd));
        Assert.Equal(2 + 4.3026527300 * Math.Sqrt(5.0 / 6), estimate.High, 1e-8);
        Assert.Equal(estimate, Statistics.PairedDifference([2, 4, 6], [1, 2, 3], testPerTrain: .5));
        // t² = 4/(5/6) = 4.8 with 2 degrees.
        Assert.Equal(1 - Math.Sqrt(4.8 / 6.8), Statistics.PairedPValue([1, 2, 3], [0, 0, 0], testPerTrain: .5), 1e-12);
        Assert.Equal(estimate, GapRecovered.Over([0, 0, 0], [1, 2, 3], [1, 1, 1], testPerTrain: .5).Estimate);
    }

    [Fact]
    public void Bad_values_are_named()
    {
        Assert.Contains("empty", Assert.Throws<ArgumentException>(() => Statistics.OverSamples([])).Message);
        Assert.Contains("values[1]",
            Assert.Throws<ArgumentException>(() => Statistics.OverSamples([1, double.NaN])).Message);
        Assert.Contains("testPerTrain -1",
            Assert.Throws<ArgumentOutOfRangeException>(() => Statistics.OverRuns([1, 2], testPerTrain: -1)).Message);
        Assert.Contains("2 values",
            Assert.Throws<ArgumentException>(() => Statistics.PairedDifference([1, 2], [1], 0)).Message);
    }

    [Theory]
    [InlineData(62.64, 1.49, "62.6 ± 1.5")]
    [InlineData(.6264, .0149, "0.626 ± 0.015")]
    [InlineData(-6.71, .34, "−6.71 ± 0.34")]
    [InlineData(100, 0, "100.0 ± 0.0")]
    [InlineData(-.01, 2, "0.0 ± 2.0")]
    public void Estimates_print_as_papers_do(double mean, double sd, string text) =>
        Assert.Equal(text, new Estimate(mean, sd, 0, 0, 5).ToString());

    [Fact]
    public void Gap_recovered_by_hand()
    {
        var gap = GapRecovered.Over([.5, .6, .4], [.6, .7, .5], [.7, .8, .8], 0);
        Assert.Equal([.5, .5, .25], gap.PerSplit.Select(value => Math.Round(value, 12)));
        Assert.Equal(1.25 / 3, gap.Estimate.Mean, 1e-12);
        // (.5 − 5/12)²·2 + (.25 − 5/12)² = 1/24, over 2, so sd = 1/√48; t = 4.30265 with 2 degrees.
        Assert.Equal(1.25 / 3 - 4.3026527300 / Math.Sqrt(48 * 3), gap.Estimate.Low, 1e-8);
        Assert.Equal(1.25 / 3 + 4.3026527300 / Math.Sqrt(48 * 3), gap.Estimate.High, 1e-8);
        Assert.Equal("PGR 0.42 ± 0.14, 95 % t interval [0.06, 0.78]", gap.ToString());
    }

    [Fact]
    public void Gap_recovered_is_not_defined_where_there_is_no_gap()
    {
        var gap = GapRecovered.Over([.669, .60], [.602, .61], [.636, .80], 0);
        Assert.False(gap.IsDefined);
        Assert.True(double.IsNaN(gap.PerSplit[0]));
        Assert.Equal(.05, gap.PerSplit[1], 1e-12);
        Assert.Contains("the ceiling lies below the weak teacher on 1 of 2 splits", gap.ToString());
        Assert.Contains("too close on 2 of 2 splits", GapRecovered.Over([.5, .6], [.6, .7], [.505, .6], 0).ToString());
        Assert.True(double.IsNaN(GapRecovered.Of(.6, .7, .6)));
        Assert.Equal(.5, GapRecovered.Of(.6, .65, .7), 1e-12);
    }

    // Values of the facts' table: (p_max, p_w), T, β.
    [Theory]
    [InlineData(.99, .001, 1, .0010)]
    [InlineData(.9, .05, 2, .1907)]
    [InlineData(.6, .3, .25, .0588)]
    [InlineData(.5, .45, .1, .2585)]
    [InlineData(.4, .1, 8, .4568)]
    [InlineData(.7, .7, .5, .5)]
    [InlineData(.7, 0, .5, 0)]
    public void Beta_in_closed_form(double largest, double teacher, double temperature, double beta) =>
        Assert.Equal(beta, AdaptConf.Beta(largest, teacher, temperature), 5e-5);
}
