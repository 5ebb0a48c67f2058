using System.Text.RegularExpressions;
using W2S.Data;
using W2S.Data.Noise;
using W2S.Data.Sources;
using W2S.Experiments;
using W2S.Experiments.LabelChoice;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Losses.NoisyLabels;
using W2S.Losses.WeakToStrong;
using W2S.Models;
using W2S.Runs;
using W2S.Selection;
using W2S.Tests.Identity;

namespace W2S.Tests.Runs;

public sealed class RunFacetsTests
{
    private static string Notebooks => Path.Combine(DataFolder.Repository!, "notebooks");

    [Fact]
    public void EveryConceptHasOneName()
    {
        var plan = DistillationPlan.Small;
        var (teacher, adaptConf) = (ProbeMethod.TeacherOnly(new AdaptConf()), new ProbeMethod(new AdaptConf()));
        Assert.Equal(["Weak teacher", "Strong alone", "AdaptConf + labels", "AdaptConf, teacher only"],
            new Experiment[] { plan.TeacherRun(0), plan.Alone(0), plan.WithLabels(new AdaptConf(), 0),
                plan.TeacherOnly(new AdaptConf(), 0) }.Select(run => run.Name));
        Assert.Equal(["Weak teacher", "Strong alone", "AdaptConf + labels", "AdaptConf, teacher only", "Ceiling",
            "Confirmed labels", "AdaptConf + confirmed labels", "KD + trusted labels, rest dropped"],
            new[] { ProbeMethod.WeakTeacher, ProbeMethod.StrongAlone, adaptConf, teacher, ProbeMethod.Ceiling,
                ProbeMethod.SecondStage(new()), ProbeMethod.SecondStage(new(), new AdaptConf()),
                new(new LabelsAndTeacher(TrustedLabels.AtLeast(.1), new Kd())) }.Select(method => Noisy(method).Name));
        var transfer = new TransferPlan();
        Assert.Equal(["Weak teacher", "Few true labels", "Ceiling", "KD, teacher only", "KD + labels"],
            new Experiment[] { transfer.TeacherRun(0), transfer.Alone(0, TrainedDepth.Head, ceiling: false),
                transfer.Alone(0, TrainedDepth.Head, ceiling: true), transfer.Taught(new Kd(), 0, TrainedDepth.Head),
                transfer.Taught(new Kd(), 0, TrainedDepth.Head, labels: true) }.Select(run => run.Name));
        Assert.Equal(["Weak teacher", "Few true labels", "Ceiling", "Hard labels, teacher only",
            "Soft labels, teacher only", "AdaptConf, teacher only, T = 4"], Probes().Select(run => run.Name));
    }

    [Fact]
    public void EveryKindSaysWhatItIs()
    {
        Assert.All(TinyExperiments.All, one =>
        {
            var facets = one.Run.Facets;
            Assert.False(string.IsNullOrEmpty(facets.Scenario) || string.IsNullOrEmpty(facets.Data), one.Name);
            Assert.True(facets.Teacher is not null || facets.Student is not null, one.Name);
            Assert.Equal(facets.Role is null, facets.Supervision is null);
            Assert.True(one.Run.TestPerTrain is >= 0 and < 5, one.Name);
            Assert.Equal((facets.Method, facets.Setting), (one.Run.Name, one.Run.Setting));
            Assert.False(one.Run.Record["Method"] is System.Text.Json.Nodes.JsonValue, one.Name);
        });
        Assert.Equal("CIFAR-100 test, cifar100_resnet20 → cifar100_resnet56, symmetric 50 %",
            Noisy(new(new Kd())).Setting);
        Assert.Equal("CIFAR-100 test, resnet8 → resnet14, 1,000 true labels", Probes()[3].Setting);
    }

    [Fact]
    public void TheRatioIsThatOfTheRunsOwnSplit()
    {
        Assert.Equal(0, DistillationPlan.Small.Alone(0).TestPerTrain);
        Assert.Equal(1_000 / 1_400.0, new TransferPlan().TeacherRun(0).TestPerTrain);
        Assert.Equal(.25, Noisy(ProbeMethod.StrongAlone).TestPerTrain);
        Assert.Equal(2_000 / 7_000.0,
            new ChoiceRun { Task = ChoiceTask.Cifar100, Rule = LabelRule.OneTeacher }.TestPerTrain);
        Assert.Equal(.25, Probes()[0].TestPerTrain);
        var part = Noisy(ProbeMethod.StrongAlone).Data with { Fixed = true };
        Assert.Equal(0, part.TestPerTrain); // no seed deals anew
    }

    [Fact]
    public void RoleAndVariantNameARunAndLeaveItTheSame()
    {
        var run = DistillationPlan.Small.Alone(1);
        var ceiling = run with { Role = Role.Ceiling, Variant = "long" };
        Assert.Equal((run.Hash, "Ceiling, long", run), (ceiling.Hash, ceiling.Name, ceiling));
        Assert.Equal("Ceiling, long", (ceiling with { Seed = 2 }).Name);
        Assert.Equal(run.Hash,
            ((DistillationPlan.Small with { Teacher = "resnet20", TeacherEpochs = 6 }).TeacherRun(1)).Hash);
    }

    [Fact]
    public void CommittedResultsHaveThem()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Notebooks, "results"), "*.json", SearchOption.AllDirectories)
            .ToArray();
        Assert.NotEmpty(files);
        // Features play no part in a comparison, nor does what speaks for several arms; the arms do. What only prepares
        // others says for what.
        Assert.All(files.SelectMany(file => new RunSet(RunFile.Read(file))).Where(run => run.Kind != "features"), run =>
        {
            Assert.Equal(run.Facets.Role is null, run.Facets.Supervision is null);
            Assert.True(run.Facets.Role is not null || run.Facets.Variant is not null);
            Assert.True(run.Facets.Role != Role.Student || (run.Facets.Loss ?? run.Facets.Labels) is not null);
        });
    }

    // What code needs to know is a facet: no name is taken apart, in the library, on pages or in tests.
    [Fact]
    public void NothingTakesANameApart()
    {
        var parsing = new Regex(
            @"(?<!field\.)\b(Name|Method|Setting|Title)\??\."
            + @"(StartsWith|EndsWith|Split|Contains|IndexOf|LastIndexOf|Substring|Replace)\(");
        string[] roots = ["lib/W2S/Runs", "lib/W2S/Experiments", "lib/W2S/Analysis", "lib/W2S.Charts", "notebooks",
            "tests/W2S.Tests/Runs", "tests/W2S.Tests/Experiments", "tests/W2S.Tests/Charts"];
        var files = roots.SelectMany(root => Directory.EnumerateFiles(Path.Combine(DataFolder.Repository!, root), "*",
            SearchOption.AllDirectories)).Where(file => file.EndsWith(".cs", StringComparison.Ordinal)
                || file.EndsWith(".ipynb", StringComparison.Ordinal)).ToArray();
        Assert.True(files.Length > 100);
        Assert.Empty(files.SelectMany(file => parsing.Matches(File.ReadAllText(file)).Select(
            match => $"{Path.GetFileName(file)}: {match.Value}")));
    }

    private static TrainProbe[] Probes()
    {
        var probe = new TrainProbe
        {
            Data = new()
            {
                Pool = new Cifar100Source(DataSplit.Test),
                Labelled = 1_000,
                Unused = 3_000,
                Unlabelled = 4_000,
                Test = 2_000,
            },
            Weak = new CatalogueNetwork("resnet8"),
            Strong = new CatalogueNetwork("resnet14"),
            Method = ProbeMethod.HardLabels,
        };
        return [.. ProbeMethod.Ends.Select(end => probe with { Method = end }), probe,
            probe with { Method = ProbeMethod.SoftLabels }, probe with
        { Method = ProbeMethod.TeacherOnly(new AdaptConf { BetaTemperature = 4 }), Variant = "T = 4" }];
    }

    private static TrainProbe Noisy(ProbeMethod method) => new()
    {
        Data = new()
        {
            Pool = new Cifar100Source(DataSplit.Test),
            Labelled = 8_000,
            Test = 2_000,
            Noise = new(NoiseKind.Symmetric, .5),
        },
        Weak = new PublicNetwork("cifar100_resnet20"),
        Strong = new PublicNetwork("cifar100_resnet56"),
        Method = method,
    };
}
