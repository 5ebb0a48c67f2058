using W2S.Charts;
using W2S.Runs;
using static W2S.Tests.Runs.DrawnRuns;

namespace W2S.Tests.Charts;

public sealed class MethodTableTests
{
    [Fact]
    public void VerdictsHoldForAllRowsTogether()
    {
        RunSet runs = [.. Of("AdaptConf", .53, .54, .55), .. Of(Role.StrongAlone, .50, .50, .50),
            .. Of("KD", .51, .52, .53)];
        var table = MethodTable.Of(runs, Role.StrongAlone);
        Assert.Equal(["Strong alone", "KD + labels", "AdaptConf + labels"], table.RowKeys);
        Assert.Equal(["", "0.074", "0.040"], table.GetColumn<string>("p, Holm").Values);
        Assert.Equal(["", "open", "above"], table.GetColumn<string>("verdict").Values);
        Assert.Equal(["50.00 ± 0.00", "52.0 ± 1.0", "54.0 ± 1.0"], table.GetColumn<string>("test accuracy, %").Values);
        Assert.Equal(["", "2.0 [−0.5, 4.5]", "4.0 [1.5, 6.5]"],
            table.GetColumn<string>("gain over Strong alone, points").Values);
        Assert.Equal("one run", MethodTable.Of([.. Of(Role.StrongAlone, .5), .. Of("KD", .6)], Role.StrongAlone)
            .GetColumn<string>("verdict").Get("KD + labels"));
        Assert.Contains("no setting has", Assert.Throws<ArgumentException>(
            () => MethodTable.Of(runs, Role.Ceiling)).Message);
        Assert.Contains("no run", Assert.Throws<ArgumentException>(() => MethodTable.Of([])).Message);
    }

    [Fact]
    public void AcrossHasARowAMethodAndAColumnASetting()
    {
        var (alone, kd) = (Facets(Role.StrongAlone, noise: "symmetric 20 %"),
            Facets(Role.Student, noise: "symmetric 20 %"));
        RunSet runs = [.. Of(alone, .25, .60, .64), .. Of(kd, .25, .61, .67),
            .. Of(alone with { Noise = "asymmetric 40 %" }, .25, .50, .51)];
        var table = MethodTable.Across(runs);
        Assert.Equal(["Strong alone", "KD + labels"], table.RowKeys);
        Assert.Equal(["symmetric 20 %", "asymmetric 40 %"], table.ColumnKeys);
        Assert.Equal("62.0 ± 2.8", table.GetColumn<string>("symmetric 20 %").Get("Strong alone"));
        Assert.Equal("", table.GetColumn<string>("asymmetric 40 %").Get("KD + labels"));
        Assert.Equal("", MethodTable.Across(runs, "nothing").GetColumn<string>("symmetric 20 %").Get("KD + labels"));

        var gains = runs.Compare(Role.StrongAlone);
        Assert.Equal(gains[0].Gain.Percent.ToIntervalString(),
            MethodTable.Across(gains).GetColumn<string>("symmetric 20 %").Get("KD + labels − Strong alone"));
        Assert.Equal(["symmetric 20 %"], MethodTable.Across(gains, settingsDown: true).RowKeys);
    }

    [Fact]
    public void ATableOfSeveralMachinesSaysWhich()
    {
        var kd = Of("KD", .5, .6);
        RunSet two = [.. Of(Role.StrongAlone, .5, .6), .. kd.Select(run => run with { Machine = new("X", null, 1) })];
        Assert.Equal(["not recorded", "X with 1 thread"],
            MethodTable.Of(two, Role.StrongAlone).GetColumn<string>("machines").Values);
        Assert.Contains("machines", MethodTable.Across(two).ColumnKeys);
        Assert.Contains("machines", MethodTable.Across(two.Compare(facets => facets.Loss == "KD")).ColumnKeys);
        Assert.DoesNotContain("machines", MethodTable.Of(kd).ColumnKeys);
        Assert.Contains("different machines", ChartMime.Json(Figures.Methods("M", two)));
    }
}
