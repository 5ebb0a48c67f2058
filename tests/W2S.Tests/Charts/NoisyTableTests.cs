using System.Text.Json.Nodes;
using W2S.Analysis;
using W2S.Charts;
using W2S.Data.Noise;
using W2S.Experiments.NoisyLabels;
using W2S.Runs;

namespace W2S.Tests.Charts;

public sealed class NoisyTableTests
{
    private readonly RunResult[] runs =
    [
        Run("Strong alone", "a", "symmetric 20 %", 0, .60),
        Run("Strong alone", "a", "symmetric 20 %", 1, .64), Run("KD", "a", "symmetric 20 %", 1, .67),
        Run("KD", "a", "symmetric 20 %", 0, .61), Run("Strong alone", "a", "asymmetric 40 %", 0, .50),
        Run("Strong alone", "a", "asymmetric 40 %", 1, .51),
    ];

    [Fact]
    public void HasARowAMethodAndAColumnANoise()
    {
        var table = NoisyTable.Means(runs);
        Assert.Equal(["Strong alone", "KD"], table.RowKeys);
        Assert.Equal(["symmetric 20 %", "asymmetric 40 %"], table.ColumnKeys);
        Assert.Equal(Statistics.OverRuns([.60, .64]).Percent.ToString(),
            table.GetColumn<string>("symmetric 20 %").Get("Strong alone"));
        Assert.Equal("", table.GetColumn<string>("asymmetric 40 %").Get("KD"));
        Assert.Equal("", NoisyTable.Means(runs, "nothing").GetColumn<string>("symmetric 20 %").Get("KD"));
    }

    [Fact]
    public void GainsArePairedBySplit()
    {
        var table = NoisyTable.Gains([.. runs.Take(4)], "Strong alone");
        Assert.Equal(["KD"], table.RowKeys);
        Assert.Equal(Statistics.PairedDifference([.61, .67], [.60, .64]).Percent.ToIntervalString(),
            table.GetColumn<string>("symmetric 20 %").Get("KD"));
        Assert.Equal([.61, .67], NoisyTable.Of([.. runs.Take(4)], "KD"));
        Assert.Contains("no method is called 'DKD'; there are Strong alone, KD",
            Assert.Throws<ArgumentException>(() => NoisyTable.Of([.. runs.Take(4)], "DKD")).Message);
        Assert.Contains("no run", Assert.Throws<ArgumentException>(() => NoisyTable.Means([])).Message);
    }

    [Fact]
    public void WholeNetworksOfOnePairShareTheColumnOfTheirNoise()
    {
        NoisyNetwork weak = new()
        { Role = Role.WeakTeacher, Network = "preactresnet18", Data = NoisyNetwork.Cifar100(new(NoiseKind.Symmetric, .2)) };
        var alone = weak with { Role = null, Network = "preactresnet34" };
        NoisyNetwork[] networks = [weak, alone, alone with { Teacher = weak }];
        Assert.Equal(3, networks.Select(network => network.Setting).Distinct().Count());
        var both = networks.Concat(networks.Select(
            network => network with { Data = NoisyNetwork.Cifar100(new(NoiseKind.Asymmetric, .4)) }));
        var table =
            NoisyTable.Means(
                [.. from network in both
                    from seed in Enumerable.Range(0, 3)
                    select Run(network.Facets, seed, .70 + .01 * seed)]);
        Assert.Equal(["Weak teacher", "Strong alone", "AdaptConf + labels"], table.RowKeys);
        Assert.Equal(["symmetric 20 %", "asymmetric 40 %"], table.ColumnKeys);
        Assert.All(table.ColumnKeys.SelectMany(noise => table.GetColumn<string>(noise).Values),
            cell => Assert.Equal(Statistics.OverRuns([.70, .71, .72]).Percent.ToString(), cell));
    }

    [Fact]
    public void TwoPairsOfNetworksUnderOneNoiseAreRefused()
    {
        RunResult[] two = [Run("KD", "a", "symmetric 20 %", 0, .6), Run("KD", "d", "symmetric 20 %", 0, .7)];
        Assert.Contains("KD has the seeds 0, 0", Assert.Throws<ArgumentException>(() => NoisyTable.Means(two)).Message);
    }

    private static RunResult Run(string method, string data, string noise, long seed, double accuracy) => Run(
        new RunFacets
        {
            Scenario = "noisy labels", Data = data, Noise = noise, Student = "c",
            Role = method == "KD" ? Role.Student : Role.StrongAlone, Loss = method, Supervision = SupervisionKind.Labels,
        }, seed, accuracy);

    private static RunResult Run(RunFacets facets, long seed, double accuracy) => new()
    {
        Record = new JsonObject(),
        Hash = $"{facets}{seed}",
        Kind = "noisy-probe",
        Facets = facets,
        TestPerTrain = .25,
        Seed = seed,
        Seconds = 0,
        Versions = "",
        Ended = DateTime.UnixEpoch,
        Outcome = new RunOutcome { Values = new Dictionary<string, double> { ["test accuracy"] = accuracy } },
    };
}
