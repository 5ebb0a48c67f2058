using System.Text.Json.Nodes;
using W2S.Analysis;
using W2S.Experiments;

namespace W2S.Tests.Experiments;

public sealed class NoisyTableTests
{
    private readonly RunResult[] runs =
    [
        Run("Strong alone", "a, b → c, symmetric 20 %", 0, .60), Run("Strong alone", "a, b → c, symmetric 20 %", 1, .64),
        Run("KD", "a, b → c, symmetric 20 %", 1, .67), Run("KD", "a, b → c, symmetric 20 %", 0, .61),
        Run("Strong alone", "a, b → c, asymmetric 40 %", 0, .50), Run("Strong alone", "a, b → c, asymmetric 40 %", 1, .51),
    ];

    [Fact]
    public void HasARowAMethodAndAColumnANoise()
    {
        var table = NoisyTable.Means(runs);
        Assert.Equal(["Strong alone", "KD"], table.RowKeys);
        Assert.Equal(["symmetric 20 %", "asymmetric 40 %"], table.ColumnKeys);
        Assert.Equal(Statistics.OverRuns([.60, .64]).Percent.ToString(), table.GetColumn<string>("symmetric 20 %").Get("Strong alone"));
        Assert.Equal("", table.GetColumn<string>("asymmetric 40 %").Get("KD"));
        Assert.Equal("", NoisyTable.Means(runs, "nothing").GetColumn<string>("symmetric 20 %").Get("KD"));
    }

    [Fact]
    public void GainsArePairedBySplit()
    {
        var table = NoisyTable.Gains([.. runs.Take(4)], "Strong alone");
        Assert.Equal(["KD"], table.RowKeys);
        Assert.Equal(Statistics.PairedDifference([.61, .67], [.60, .64]).Percent.ToIntervalString(), table.GetColumn<string>("symmetric 20 %").Get("KD"));
        Assert.Equal([.61, .67], NoisyTable.Of([.. runs.Take(4)], "KD"));
        Assert.Contains("no method is called 'DKD'; there are Strong alone, KD", Assert.Throws<ArgumentException>(() => NoisyTable.Of([.. runs.Take(4)], "DKD")).Message);
        Assert.Contains("no run", Assert.Throws<ArgumentException>(() => NoisyTable.Means([])).Message);
    }

    private static RunResult Run(string method, string setting, long seed, double accuracy) => new()
    {
        Record = new JsonObject(),
        Hash = $"{method}{setting}{seed}",
        Kind = "noisy-probe",
        Name = method,
        Setting = setting,
        Seed = seed,
        Seconds = 0,
        Versions = "",
        Ended = DateTime.UnixEpoch,
        Outcome = new RunOutcome { Values = new Dictionary<string, double> { ["test accuracy"] = accuracy } },
    };
}
