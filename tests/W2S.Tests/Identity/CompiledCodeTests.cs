using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.Scripting;
using W2S.Data.Batches;
using W2S.Data.Shapes;
using W2S.Data.Views;
using W2S.Experiments;
using W2S.Experiments.FewShot;
using W2S.Experiments.LabelChoice;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Losses.NoisyLabels;
using W2S.Losses.WeakToStrong;
using W2S.Runs;
using W2S.Selection;
using W2S.Tests.Data;
using W2S.Torch;

namespace W2S.Tests.Identity;

/// <summary>What cells define: the same cell gives the same identity after a restart, and an edited one
/// another.</summary>
public sealed class CompiledCodeTests
{
    private const string Weighted = """
        public sealed record MyLoss(double Share) : Loss
        {
            public override string Name => "Mine";
            public override LossParts Compute(LossBatch batch)
            {
                var student = new Logits(batch.StudentLogits);
                return new LossParts(Scale.Of(student.Entropy()).mean() * Share, []);
            }
        }
        """;

    private const string Helper = "public static class Scale { public static Tensor Of(Tensor t) => t * 2.0; }";

    private static ScriptOptions Options { get; } = ScriptOptions.Default
        .WithReferences(typeof(Loss).Assembly, typeof(TorchSharp.torch).Assembly, typeof(CompiledCodeTests).Assembly)
        .WithImports("System", "System.Linq", "System.Collections.Generic", "W2S.Losses", "W2S.Runs", "W2S.Torch",
            "W2S.Experiments", "W2S.Tests.Identity", "TorchSharp", "TorchSharp.torch");

    [Fact]
    public async Task TheSameCellAfterARestartIsTheSameAndAnEditedOneIsNot()
    {
        var first = await Hash("new CellRun(new MyLoss(.5))", Helper, Weighted);

        Assert.Equal(first, await Hash("new CellRun(new MyLoss(.5))", Helper, Weighted));
        // cells before it
        Assert.Equal(first,
            await Hash("new CellRun(new MyLoss(.5))", "var x = 3;", Helper, "x += 1; Func<int, int> f = y => y + x;",
                Weighted));
        Assert.Equal(first, await Hash("new CellRun(new MyLoss(.5))", Helper, Weighted, Weighted)); // run twice
        Assert.NotEqual(first, await Hash("new CellRun(new MyLoss(.4))", Helper, Weighted));
        Assert.NotEqual(first,
            await Hash("new CellRun(new MyLoss(.5))", Helper, Weighted.Replace(".mean()", ".sum()")));
        // another cell's type that it uses
        Assert.NotEqual(first, await Hash("new CellRun(new MyLoss(.5))", Helper.Replace("2.0", "2.5"), Weighted));
    }

    [Theory]
    [InlineData("public record Gen<T>(T Value) : CellLoss { public override double At(double x) => new Inner().Of(x); "
        + "sealed class Inner { public double Of(double x) => x * 3; } }", "new Gen<int>(4)", "* 3", "* 4")]
    [InlineData("public record L : CellLoss { public override double At(double x) => new[] { 1.0, 2, 3 }.Where(y => y "
        + "> 1).Sum(y => y * x); }", "new L()", "y > 1", "y > 2")]
    [InlineData("public record L : CellLoss { public override double At(double x) { var k = 2.0; Func<double, double> "
        + "f = y => y * k + x; return f(1); } }", "new L()", "k = 2.0", "k = 2.5")]
    [InlineData("public record L : CellLoss { static readonly double[] W = { 1, 2, 3, 4, 5 }; public override double "
        + "At(double x) => W[1] * x; }", "new L()", "1, 2, 3", "1, 2, 4")]
    [InlineData("public record L : CellLoss { public const int Steps = 4; public override double At(double x) { for "
        + "(var i = 0; i < Steps; i++) x *= 2; return x; } }", "new L()", "Steps = 4", "Steps = 5")]
    [InlineData("public record L : CellLoss { public override double At(double x) => Each(x).Sum(); "
        + "IEnumerable<double> Each(double x) { yield return x; yield return x * 2; } }", "new L()", "x * 2", "x * 3")]
    [InlineData("public record L : CellLoss { public double Weight { get; } = 0.5; public override double At(double "
        + "x) => x * Weight; }", "new L()", "0.5", "0.6")]
    [InlineData("public abstract record Base : CellLoss { protected double Twice(double x) => 2 * x; } public record "
        + "L : Base { public override double At(double x) => Twice(x); }", "new L()", "2 * x", "3 * x")]
    [InlineData("public record L : CellLoss { public override double At(double x) => x switch { < 0 => 0, 1 => 1, 2 "
        + "=> 5, 3 => 7, 4 => 8, _ => x }; }", "new L()", "=> 7", "=> 9")]
    [InlineData("public record L : CellLoss { public override double At(double x) { try { return Go<double>(x); } "
        + "catch (FormatException) { return 0; } } T Go<T>(T x) => x; }", "new L()", "FormatException",
        "OverflowException")]
    public async Task WhateverACellsTypeIsMadeOfCounts(string cell, string make, string before, string after)
    {
        var run = $"new CellRun({make})";
        var edited = cell.Replace(before, after);
        Assert.NotEqual(cell, edited);

        Assert.Equal(await Hash(run, cell), await Hash(run, "int a = 1; Func<int> g = () => a;", cell));
        Assert.NotEqual(await Hash(run, cell), await Hash(run, edited));
    }

    [Fact]
    public async Task AFunctionCountsWithTheVariablesThatItUses()
    {
        const string run = "new CellRun(null) { Rule = x => x * weight + Shift(x) }",
            shift = "double Shift(double x) => x + offset;";
        var first = await Hash(run, "var weight = 2.0;", "var offset = 1.0; var idle = 5;", shift);

        // which it does not use
        Assert.Equal(first, await Hash(run, "var weight = 2.0;", "var offset = 1.0; var idle = 6;", shift));
        Assert.NotEqual(first, await Hash(run, "var weight = 2.5;", "var offset = 1.0; var idle = 5;", shift));
        Assert.NotEqual(first, await Hash(run, "var weight = 2.0;", "var offset = 2.0; var idle = 5;", shift));
        Assert.NotEqual(first,
            await Hash(run.Replace("*", "/"), "var weight = 2.0;", "var offset = 1.0; var idle = 5;", shift));
        var error =
            await Assert.ThrowsAsync<NotSupportedException>(
                () => Hash(run, "var weight = 2.0;", "var offset = 1.0; var stream = new System.IO.MemoryStream();",
                    "double Shift(double x) => stream.Length;"));
        Assert.Contains("CellRun.Rule's stream is a MemoryStream, which has no place in an experiment's record",
            error.Message);
    }

    [Fact]
    public async Task AStaticFieldCountsByItsValueAndIsRefusedWhereThatCannotBeWritten()
    {
        const string cell =
            "public record L : CellLoss { public static double Weight = 0.5; static int calls; public override double "
            + "At(double x) { calls++; return x * Weight; } }";
        var first = await Hash("new CellRun(new L())", cell);

        // what the code itself counts is no option
        Assert.Equal(first, await Hash("new CellRun(new L())", cell, "new L().At(3)"));
        Assert.NotEqual(first, await Hash("new CellRun(new L())", cell, "L.Weight = 0.7;"));
        var error =
            await Assert.ThrowsAsync<NotSupportedException>(
                () => Hash("new CellRun(new L())",
                    cell.Replace("double Weight = 0.5", "System.IO.MemoryStream Weight = new()")
                        .Replace("Weight; }", "Weight.Length; }")));
        Assert.Contains("L.Weight is static and other code can set it", error.Message);
        Assert.Contains("make it readonly, or a property of the record", error.Message);
    }

    [Fact]
    public async Task AnEditedLossIsRunAgainAndTheOldOneReadBack()
    {
        using var folder = new TemporaryFolder();
        const string cell = "public record L : CellLoss { public override double At(double x) => x * 3; }";

        Assert.Equal(6, await Value(cell));
        Assert.Equal(8, await Value(cell.Replace("* 3", "* 4")));
        Assert.Equal(6, await Value(cell));
        Assert.Equal(2, new RunStore(folder.Path).All().Count);

        async Task<double> Value(string code) =>
            new RunStore(folder.Path).Get((Experiment)await Run("new CellRun(new L())", code))["value"];
    }

    [Fact]
    public void ALibrarysLossIsKnownByItsRevisionAlone()
    {
        var code = new CodeIdentity();
        code.Add(typeof(AdaptConf));
        code.Add(typeof(TinyModelOfOne));

        Assert.Single(code.Lines); // revision 1 says nothing
        Assert.StartsWith("TinyModelOfOne, code ", code.Lines.Single());
    }

    private sealed record TinyModelOfOne;

    private static async Task<string> Hash(string run, params string[] cells) =>
        ((Experiment)await Run(run, cells)).Hash;

    private static async Task<object> Run(string run, params string[] cells)
    {
        var state = await CSharpScript.RunAsync(cells[0], Options);
        foreach (var cell in cells[1..]) state = await state.ContinueWithAsync(cell);
        return (await state.ContinueWithAsync(run)).ReturnValue;
    }
}

/// <summary>What the cells' types derive from.</summary>
public abstract record CellLoss : Loss
{
    public override string Name => "Cell";

    public abstract double At(double x);

    public override LossParts Compute(LossBatch batch) => throw new NotSupportedException();
}

/// <summary>A run that asks a cell's loss for one number.</summary>
public sealed record CellRun(Loss? Loss) : Experiment
{
    public Func<double, double>? Rule { get; init; }

    public override string Kind => "cell";

    public override RunFacets Facets => new() { Scenario = "cell", Data = "" };

    public override double TestPerTrain => 0;

    public override long Seed { get; init; }

    protected internal override RunOutcome Run(RunContext context) => new()
    {
        Values = new Dictionary<string, double> { ["value"] = Rule is null ? ((CellLoss)Loss!).At(2) : Rule(2) },
    };
}
