using TorchSharp;
using W2S.Data;
using W2S.Data.Batches;
using W2S.Data.Views;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Losses.WeakToStrong;
using W2S.Models.Weights;
using W2S.Tests.Data;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Tests.Training;

/// <summary>A run that is interrupted and goes on gives the same bits as one that is not; damaged and foreign
/// checkpoints are told apart.</summary>
[Collection(ProcessWide.Name)]
public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ImageSet images = TinyModel.Pictures(96, 1, noisy: true), held = TinyModel.Pictures(36, 2);

    public void Dispose()
    {
        images.Dispose();
        held.Dispose();
        folder.Dispose();
    }

    public static TheoryData<string> Kinds => ["sgd", "everything", "feature loss"];

    [Theory, MemberData(nameof(Kinds))]
    public void ResumedAtAnyStepEqualsUndisturbed(string kind)
    {
        byte[] expected;
        IReadOnlyList<TrainingProgress> history;
        using (var student = new TinyModel(6, 0, drops: true))
        {
            history = Trainer.Train(Run(student, kind)).History;
            expected = student.Bits();
        }
        foreach (var stops in new long[][] { [1], [5], [6], [2, 3, 7] })
        {
            using var own = new TemporaryFolder();
            foreach (var (from, stop) in stops.Prepend(0).Zip(stops))
            {
                using var interrupted = new TinyModel(6, 0, drops: true);
                var part = Cancel.AfterUpdate(InFolder(Run(interrupted, kind), own.Path), stop, from);
                Assert.True(part.Cancelled);
                Assert.Equal((from, stop), (part.ResumedFrom, part.Steps));
            }
            using var student = new TinyModel(6, 99, drops: true); // the weights come from the checkpoint
            var result = Trainer.Train(InFolder(Run(student, kind), own.Path));
            Assert.Equal(stops[^1], result.ResumedFrom);
            Assert.Equal(expected, student.Bits());
            Assert.Equal(history.Select(Numbers), result.History.Select(Numbers));
            using var scope = NewDisposeScope();
            Assert.True(SafeTensorsFile.Read(Path.Combine(own.Path, "last.safetensors")).ContainsKey("stem.weight"));
        }
    }

    [Theory]
    [InlineData(0, new[] { "step-000000001", "step-000000002" })]
    [InlineData(1, new string[0])]
    public void TimeLeavesACheckpointWithinAnEpochToo(int hours, string[] expected)
    {
        var before = CheckpointStore.Interval;
        CheckpointStore.Interval = TimeSpan.FromHours(hours);
        try
        {
            using var student = new TinyModel(6, 0);
            var passes = 0;
            student.BeforePass = () =>
            {
                if (++passes == 3) throw new InvalidOperationException("as if the process had been killed");
            };
            var run = InFolder(Run(student), folder.Path);
            run = run with { Options = run.Options with { CheckpointEvery = null } };
            Assert.Throws<InvalidOperationException>(() => Trainer.Train(run));
            Assert.Equal(expected, Directory.Exists(folder.Path)
                ? Directory.GetDirectories(folder.Path, "step-*").Select(path => Path.GetFileName(path)!).Order() : []);
        }
        finally
        {
            CheckpointStore.Interval = before;
        }
    }

    [Fact]
    public void AFinishedRunIsNotRunAgain()
    {
        using var student = new TinyModel(6, 0);
        var first = Trainer.Train(InFolder(Run(student), folder.Path));
        using var other = new TinyModel(6, 1);
        var second = Trainer.Train(InFolder(Run(other), folder.Path));
        Assert.Equal(first.Steps, second.ResumedFrom);
        Assert.Equal(student.Bits(), other.Bits());
        Assert.Equal(first.BestAccuracy, second.BestAccuracy);
    }

    [Fact]
    public void TheLastTwoAreKept()
    {
        using var student = new TinyModel(6, 0);
        Trainer.Train(InFolder(Run(student), folder.Path));
        Assert.Equal(["step-000000018", "step-000000017"],
            new CheckpointStore(folder.Path).Folders.Select(Path.GetFileName));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path, "*.tmp"));
    }

    [Fact]
    public void ADamagedOneAheadIsNoneOfTheTwo()
    {
        using var scope = NewDisposeScope();
        var store = new CheckpointStore(folder.Path);
        Directory.CreateDirectory(Path.Combine(folder.Path, "step-000000009"));
        for (var step = 1; step <= 3; step++)
            store.Save(new CheckpointRecord
            {
                Identity = [],
                Step = step,
                Threads = 1,
                History = []
            }, new Dictionary<string, Tensor> { ["w"] = ones(1) }, new Dictionary<string, Tensor>());
        Assert.Equal(["step-000000009", "step-000000003", "step-000000002"], store.Folders.Select(Path.GetFileName));
    }

    [Fact]
    public void AFolderThatIsNotThereYetIsMade()
    {
        using var student = new TinyModel(6, 0);
        var place = Path.Combine(folder.Path, "not", "there");
        var run = Run(student);
        var result = Trainer.Train(run with { Options = run.Options with { Folder = place } });
        Assert.False(result.Cancelled);
        Assert.True(File.Exists(Path.Combine(place, "best.safetensors")));
    }

    [Fact]
    public void ARunJudgedByOtherImagesIsAnotherRun()
    {
        Interrupt(5);
        using var others = TinyModel.Pictures(36, 3);
        using var relabelled =
            new ImageSet(held.Name, held.Images.clone(), [.. held.Labels.Reverse()], held.ClassNames);
        foreach (var validation in new[] { others, relabelled })
        {
            using var student = new TinyModel(6, 0);
            var error = Assert.Throws<IOException>(
                () => Trainer.Train(InFolder(Run(student), folder.Path) with { Validation = validation }));
            Assert.Contains("its validation is", error.Message);
        }
    }

    [Theory, InlineData("weights.safetensors"), InlineData("state.safetensors"), InlineData("record.json")]
    public void ADamagedNewestFallsBackToTheOneBefore(string file)
    {
        Interrupt(5);
        var path = Path.Combine(folder.Path, "step-000000005", file);
        using (var stream = new FileStream(path, FileMode.Open))
            stream.SetLength(stream.Length / 2);
        using var student = new TinyModel(6, 0);
        List<TrainingProgress> heard = [];
        var result = Trainer.Train(InFolder(Run(student), folder.Path), new Listener(heard.Add));
        Assert.Equal(4, result.ResumedFrom);
        Assert.Contains("step-000000005 is damaged", result.Messages[0]);
        Assert.Contains("goes on from step 4", result.Messages[1]);
        Assert.Contains("damaged", heard[0].Message);
        Assert.Null(heard[1].Message);
        using var undisturbed = new TinyModel(6, 0);
        Trainer.Train(Run(undisturbed));
        Assert.Equal(undisturbed.Bits(), student.Bits());
    }

    [Fact]
    public void OneAlteredBitIsFound()
    {
        Interrupt(5);
        var path = Path.Combine(folder.Path, "step-000000005", "weights.safetensors");
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        using var student = new TinyModel(6, 0);
        Assert.Equal(4, Trainer.Train(InFolder(Run(student), folder.Path)).ResumedFrom);
    }

    [Fact]
    public void AllDamagedIsAnError()
    {
        Interrupt(5);
        foreach (var path in Directory.EnumerateDirectories(folder.Path))
            File.WriteAllText(Path.Combine(path, "record.json"), "{");
        using var student = new TinyModel(6, 0);
        var error = Assert.Throws<IOException>(() => Trainer.Train(InFolder(Run(student), folder.Path)));
        Assert.Contains("no checkpoint", error.Message);
        Assert.Contains("delete the folder", error.Message);
    }

    [Fact]
    public void AnotherRunIsRefusedByWhatDiffers()
    {
        Interrupt(5);
        using TinyModel student = new(6, 0), wide = new(6, 0, width: 32);
        using var others = TinyModel.Pictures(96, 7);
        var before = student.Bits();
        var run = InFolder(Run(student), folder.Path);
        Assert.Contains("its loss is", Refusal(run with { Loss = new CrossEntropy { Smoothing = 0.1 } }));
        Assert.Contains("its options is", Refusal(run with { Options = run.Options with { Epochs = 4 } }));
        Assert.Contains("its images is", Refusal(run with { Images = others }));
        Assert.Contains("its labels is",
            Refusal(run with { Images = images.WithLabels([.. images.Labels.Reverse()]) }));
        Assert.Contains("its batches is", Refusal(run with { Batches = run.Batches with { Seed = 4 } }));
        Assert.Contains("its model is", Refusal(run with { Student = wide }));
        Assert.Equal(before, student.Bits());
        Assert.Equal(2, new CheckpointStore(folder.Path).Folders.Count);

        static string Refusal(TrainingRun run) => Assert.Throws<IOException>(() => Trainer.Train(run)).Message;
    }

    [Fact]
    public void CultureAndReportsAreNoPartOfARunsIdentity()
    {
        Interrupt(5);
        var culture = System.Globalization.CultureInfo.CurrentCulture;
        try
        {
            System.Globalization.CultureInfo.CurrentCulture =
                new System.Globalization.CultureInfo("") { NumberFormat = { NumberDecimalSeparator = "," } };
            using var student = new TinyModel(6, 0);
            var run = InFolder(Run(student), folder.Path);
            run = run with
            {
                Options = run.Options with { ReportEvery = 5, CheckpointEvery = 3 },
                Batches = run.Batches with { Workers = 1 }
            };
            Assert.Equal(5, Trainer.Train(run).ResumedFrom);
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void AnUnwritableFolderIsAClearError()
    {
        var file = folder.At("a-file");
        File.WriteAllText(file, "");
        using var student = new TinyModel(6, 0);
        var error = Assert.Throws<IOException>(() => Trainer.Train(InFolder(Run(student), file)));
        Assert.Contains("step 1 cannot be written", error.Message);
        Assert.Contains("another folder", error.Message);
    }

    [Fact]
    public void AReadOnlyDiskLeavesEarlierCheckpointsIntact()
    {
        using var disk = SmallDisk.Mount(4096);
        var place = Path.Combine(disk.Path, "run");
        Interrupt(2, place);
        disk.MakeReadOnly();
        using var student = new TinyModel(6, 0);
        var error = Assert.Throws<IOException>(() => Trainer.Train(InFolder(Run(student), place)));
        Assert.Contains("earlier checkpoints are intact", error.Message);
        Assert.Contains("Read-only", error.Message);
        Assert.Equal(["step-000000002", "step-000000001"], new CheckpointStore(place).Folders.Select(Path.GetFileName));
    }

    [Fact]
    public void AReadOnlyFolderLeavesEarlierCheckpointsIntact()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.UserName == "root",
            "needs a user whom a read-only folder stops");
        if (OperatingSystem.IsWindows()) return; // for the analyzer
        Interrupt(5);
        File.SetUnixFileMode(folder.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            using var student = new TinyModel(6, 0);
            Assert.Contains("earlier checkpoints are intact",
                Assert.Throws<IOException>(() => Trainer.Train(InFolder(Run(student), folder.Path))).Message);
            Assert.Equal(2, new CheckpointStore(folder.Path).Folders.Count);
        }
        finally
        {
            File.SetUnixFileMode(folder.Path,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public void AFullDiskLeavesEarlierCheckpointsIntact()
    {
        using var disk = SmallDisk.Mount(512);
        var place = Path.Combine(disk.Path, "run");
        Interrupt(2, place);
        var filler = disk.Fill();
        using var student = new TinyModel(6, 0);
        var error = Assert.Throws<IOException>(() => Trainer.Train(InFolder(Run(student), place)));
        Assert.Contains("step 3 cannot be written", error.Message);
        Assert.Contains("make room", error.Message);
        Assert.Equal(["step-000000002", "step-000000001"], new CheckpointStore(place).Folders.Select(Path.GetFileName));
        Assert.Empty(Directory.EnumerateFileSystemEntries(place, "*.tmp"));

        File.Delete(filler);
        using TinyModel resumed = new(6, 0), undisturbed = new(6, 0);
        Assert.Equal(2, Trainer.Train(InFolder(Run(resumed), place)).ResumedFrom);
        Trainer.Train(Run(undisturbed));
        Assert.Equal(undisturbed.Bits(), resumed.Bits());
    }

    [Fact]
    public void WhatAKilledRunLeftUnfinishedIsRemoved()
    {
        Interrupt(5);
        Directory.CreateDirectory(folder.At("step-000000006.0123.tmp"));
        File.WriteAllText(folder.At("step-000000006.0123.tmp", "weights.safetensors"), "half");
        File.WriteAllText(folder.At("best.safetensors.0123.tmp"), "half");
        using var student = new TinyModel(6, 0);
        Assert.Equal(5, Trainer.Train(InFolder(Run(student), folder.Path)).ResumedFrom);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path, "*.tmp"));
    }

    [Fact]
    public void ACheckpointOfAnotherFormatIsNotGuessedAt()
    {
        Interrupt(5);
        foreach (var path in Directory.EnumerateFiles(folder.Path, "record.json", SearchOption.AllDirectories))
            File.WriteAllText(path, File.ReadAllText(path).Replace("\"Version\": 1", "\"Version\": 9"));
        using var student = new TinyModel(6, 0);
        Assert.Contains("format 9",
            Assert.Throws<IOException>(() => Trainer.Train(InFolder(Run(student), folder.Path))).Message);
    }

    [Fact]
    public void AnotherNumberOfThreadsIsSaid()
    {
        Interrupt(5);
        var before = get_num_threads();
        try
        {
            using var student = new TinyModel(6, 0);
            var run = InFolder(Run(student), folder.Path);
            var result = Trainer.Train(run with { Options = run.Options with { Threads = before + 1 } });
            Assert.Contains($"begun with {before} threads and goes on with {before + 1}",
                Assert.Single(result.Messages));
        }
        finally
        {
            Devices.UseThreads(before);
        }
    }

    private void Interrupt(long step, string? place = null)
    {
        using var student = new TinyModel(6, 0);
        Cancel.AfterUpdate(InFolder(Run(student), place ?? folder.Path), step);
    }

    private static (long, double, double, string, string, double?, double?) Numbers(TrainingProgress p) =>
        (p.Step, p.Epoch, p.LearningRate, Text(p.Losses), Text(p.Accuracies), p.Beta, p.Agreement);

    private static string Text(IReadOnlyDictionary<string, double> numbers) =>
        string.Join(" ",
            numbers.OrderBy(n => n.Key, StringComparer.Ordinal)
                .Select(n => FormattableString.Invariant($"{n.Key} {n.Value:r}")));

    private static TrainingRun InFolder(TrainingRun run, string path) =>
        run with { Options = run.Options with { Folder = path, CheckpointEvery = 1 } };

    private TrainingRun Run(TinyModel student, string kind = "sgd")
    {
        var run = new TrainingRun(student, images, new CrossEntropy())
        {
            Batches = new() { BatchSize = 16, Seed = 3, Augmentation = Augmentation.Standard, Workers = 0 },
            Validation = held,
            Options = new() { Epochs = 3, Optimizer = new Sgd(0.05), ReportEvery = 1 },
        };
        return kind switch
        {
            "everything" => run with
            {
                Loss = new AdaptConf(),
                Teacher = new TinyModel(6, 8),
                Batches = run.Batches with { Mixing = new MixOptions { Mixup = 0.3 }, Workers = 1 },
                Options = run.Options with
                {
                    Optimizer = new AdamW(0.01),
                    ReportEvery = 4,
                    Final = FinalWeights.Best
                },
            },
            "feature loss" =>
                run with { Loss = new FitNet(), Teacher = new TinyModel(6, 8, width: 32) },
            _ => run,
        };
    }
}
