using TorchSharp;
using W2S.Models.Weights;
using W2S.Runs;
using W2S.Tests.Training;

namespace W2S.Tests.Runs;

public sealed class RunStoreTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("w2s-runs-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void AFinishedRunIsReadAndEqualsWhatWasMeasured()
    {
        var toy = new ToyExperiment(nameof(AFinishedRunIsReadAndEqualsWhatWasMeasured), 1);
        var first = new RunStore(folder).Get(toy);
        var again = new RunStore(folder).Get(toy);

        Assert.Equal(1, ToyExperiment.Made[toy.Hash]);
        Assert.Equal(first["test accuracy"], again["test accuracy"]);
        Assert.Equal([0, 1, 0, 1], again.Predictions("test").Classes);
        Assert.Equal(.75, again.Predictions("test").Accuracy);
        Assert.Equal(new Dictionary<string, double> { ["loss"] = 1, ["validation"] = .5 },
            again.Outcome.History[1].Values);
        Assert.Equal(["loss"], again.Outcome.History[0].Values.Keys);
        Assert.Equal(toy.Method, File.ReadAllText(again.File("weights")));
        Assert.Equal(toy.Hash, again.Hash);
        Assert.Contains("has no 'nothing'; it has test accuracy, taught by",
            Assert.Throws<ArgumentException>(() => again["nothing"]).Message);
    }

    [Fact]
    public void WhatARunNeedsIsMadeFirstAndShared()
    {
        var teacher = new ToyExperiment(nameof(WhatARunNeedsIsMadeFirstAndShared), 7);
        var runs = Grid.Run(
            [new ToyExperiment("a", 1) { Teacher = teacher },
                new ToyExperiment("b", 1) { Teacher = teacher with { } }], new RunStore(folder));

        Assert.Equal(1, ToyExperiment.Made[teacher.Hash]);
        Assert.All(runs, run => Assert.Equal(.57, run["taught by"], 1e-12));
    }

    [Fact]
    public void AnInterruptedRunGoesOnInItsFolder()
    {
        var toy = new ToyExperiment("interrupted", 1);
        var store = new RunStore(folder);

        Assert.Throws<OperationCanceledException>(() => store.Get(toy));
        Assert.Null(store.Find(toy));
        Assert.Equal(.51, store.Get(toy)["test accuracy"]);
        Assert.Equal([Path.Combine(folder, "toy", toy.Hash)],
            Directory.GetFileSystemEntries(Path.Combine(folder, "toy")));
    }

    [Theory]
    [InlineData("result.json", true)]
    [InlineData("result.json", false)]
    [InlineData("result.safetensors", true)]
    public void ADamagedResultIsMadeAnew(string file, bool cutShort)
    {
        var toy = new ToyExperiment($"{file} {cutShort}", 1);
        new RunStore(folder).Get(toy);
        var path = Path.Combine(folder, "toy", toy.Hash, file);
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path,
            cutShort ? bytes[..^20]
                : [.. System.Text.Encoding.UTF8.GetBytes(
                    System.Text.Encoding.UTF8.GetString(bytes).Replace("\"KD\"", "\"DKD\"")
                        .Replace("\"0.1\"", "\"0.2\""))]);

        Assert.Throws<RunException>(() => new RunStore(folder).Find(toy));
        Assert.Empty(new RunStore(folder).All());
        Assert.Equal(.51, new RunStore(folder).Get(toy)["test accuracy"]);
        Assert.Equal(2, ToyExperiment.Made[toy.Hash]);
    }

    [Fact]
    public void AFolderThatCannotBeWrittenIsNamedWithTheCure()
    {
        var file = Path.Combine(folder, "file");
        File.WriteAllText(file, "");

        var error = Assert.Throws<RunException>(() => new RunStore(file).Get(new ToyExperiment("x", 1)));

        Assert.Contains(file, error.Message);
        Assert.Contains("name another folder in W2S_RUNS", error.Message);
    }

    [Fact]
    public async Task OfTwoAtOnceOneMakesTheRunAndTheOtherWaits()
    {
        var toy = new ToyExperiment(nameof(OfTwoAtOnceOneMakesTheRunAndTheOtherWaits), 1);

        var runs = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => Task.Run(() => new RunStore(folder).Get(toy))));

        Assert.Equal(1, ToyExperiment.Made[toy.Hash]);
        Assert.All(runs, run => Assert.Equal(.51, run["test accuracy"]));
    }

    [Fact]
    public void CommittedResultsAreReadWhereThereIsNoRun()
    {
        var committed = Path.Combine(folder, "results");
        var toys = Enumerable.Range(0, 3).Select(
            seed => new ToyExperiment(nameof(CommittedResultsAreReadWhereThereIsNoRun), seed)).ToArray();
        RunFile.Write(Path.Combine(committed, "01.json"), Grid.Run(toys, new RunStore(Path.Combine(folder, "a"))));

        var store = new RunStore(Path.Combine(folder, "b"), committed);
        var read = Grid.Run(toys, store);

        Assert.All(toys, toy => Assert.Equal(1, ToyExperiment.Made[toy.Hash]));
        Assert.Equal([.5, .51, .52], read.Select(run => run["test accuracy"]));
        Assert.Equal(3, store.Committed.Count);
        Assert.Contains("has no weights here",
            Assert.Throws<FileNotFoundException>(() => read[0].File("weights")).Message);
    }

    [Fact]
    public void LabelsThatMostRunsShareStandOnce()
    {
        var path = Path.Combine(folder, "01.json");
        RunResult[] runs = [.. Enumerable.Range(0, 3).Select(
            seed => new RunStore(folder).Get(new ToyExperiment(nameof(LabelsThatMostRunsShareStandOnce), seed)))];
        var own = runs[0].Predictions("test");
        runs[0] = runs[0] with
        {
            Outcome = runs[0].Outcome with
            {
                Predictions = new Dictionary<string, SamplePredictions>
                {
                    ["test"] = own with { Labels = [.. own.Labels.Reverse()] },
                },
            },
        };
        RunFile.Write(path, runs);

        var read = RunFile.Read(path).OrderBy(run => run.Seed).Select(run => run.Predictions("test"));
        Assert.Equal(runs.Select(run => string.Join(' ', run.Predictions("test").Labels)),
            read.Select(set => string.Join(' ', set.Labels)));
        Assert.Equal(runs.Select(run => run.Predictions("test").Accuracy), read.Select(set => set.Accuracy));
        using var scope = torch.NewDisposeScope();
        Assert.Equal(new[] { $"{runs[0].Hash}/test/labels", "test/labels" }.Order(),
            SafeTensorsFile.Read(Path.ChangeExtension(path, ".safetensors")).Keys
                .Where(name => name.EndsWith("/labels", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public void ResultsThatCannotBeReplacedStayAsTheyWere()
    {
        using var disk = SmallDisk.Mount(256);
        var path = Path.Combine(disk.Path, "01.json");
        RunResult[] runs = [.. Enumerable.Range(0, 2).Select(
            seed => new RunStore(folder).Get(
                new ToyExperiment(nameof(ResultsThatCannotBeReplacedStayAsTheyWere), seed)))];
        RunFile.Write(path, [runs[0]]);

        // The arrays fit, the JSON does not.
        var error =
            Assert.Throws<RunException>(
                () => RunFile.Write(path, [runs[1] with { Versions = new string('x', 400_000) }]));

        Assert.Contains("make room", error.Message);
        Assert.Equal(runs[0].Hash, Assert.Single(RunFile.Read(path)).Hash);
        RunFile.Write(path, [runs[1]]);
        Assert.Equal(runs[1].Hash, Assert.Single(RunFile.Read(path)).Hash);
        Assert.Equal(["01.json", "01.safetensors"], Directory.GetFiles(disk.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void ArraysThatStillWaitAreReadAndTheNextWriteTidiesUp()
    {
        string At(string name) => Path.Combine(folder, name);
        RunResult[] runs = [.. Enumerable.Range(0, 2).Select(
            seed => new RunStore(folder).Get(
                new ToyExperiment(nameof(ArraysThatStillWaitAreReadAndTheNextWriteTidiesUp), seed)))];
        RunFile.Write(At("01.json"), [runs[0]]);
        RunFile.Write(At("02.json"), [runs[1]]);
        var sum = Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(At("02.safetensors"))));

        // As if the power had failed between the new JSON and the renaming of its arrays.
        File.Move(At("02.json"), At("01.json"), overwrite: true);
        File.Move(At("02.safetensors"), At($"01.safetensors.{sum}"));

        Assert.Equal(.75, Assert.Single(RunFile.Read(At("01.json"))).Predictions("test").Accuracy);
        RunFile.Write(At("01.json"), runs);
        Assert.Equal(2, RunFile.Read(At("01.json")).Count);
        RunFile.Write(At("01.json"), []);
        Assert.Equal(["01.json"], Directory.GetFiles(folder).Select(Path.GetFileName));
    }

    [Fact]
    public void ADamagedFileOfResultsIsNamed()
    {
        var committed = Path.Combine(folder, "results");
        Directory.CreateDirectory(committed);
        File.WriteAllText(Path.Combine(committed, "01.json"), "{ \"Format\": 1, ");

        Assert.Contains("01.json cannot be read",
            Assert.Throws<RunException>(() => new RunStore(folder, committed).Committed).Message);
    }

    [Fact]
    public void AGridReportsEveryRunAndOrdersBySeed()
    {
        var teacher = new ToyExperiment("grid teacher", 5);
        ToyExperiment[] toys = [new("a", 1) { Teacher = teacher }, new("a", 0), new("b", 1), new("b", 0)];
        var heard = new List<GridProgress>();

        Grid.Run(toys, new RunStore(folder), new SynchronousProgress(heard));

        Assert.Equal(["a 0", "b 0", "grid teacher 5", "a 1", "b 1"],
            Grid.Order(toys).Select(run => $"{run.Name} {run.Seed}"));
        Assert.Equal((6, 5, 5), (heard.Count, heard[^1].Done, heard[^1].Total));
        Assert.Null(heard[^1].Current);
    }

    [Fact]
    public void ResultsAreGroupedByMethodInTheirOrder()
    {
        var runs = Grid.Run(
            [new ToyExperiment("a", 0), new ToyExperiment("a", 1), new ToyExperiment("b", 1),
                new ToyExperiment("b", 0)], new RunStore(folder));

        Assert.Equal([.5, .51, .51, .5], runs.Select(run => run["test accuracy"]));
        Assert.Equal([.5, .51], runs.Methods[1].Values());
    }

    private sealed class SynchronousProgress(List<GridProgress> list) : IProgress<GridProgress>
    {
        public void Report(GridProgress value) => list.Add(value);
    }
}
