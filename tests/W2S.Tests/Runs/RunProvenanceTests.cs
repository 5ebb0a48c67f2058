using W2S.Data.Batches;
using W2S.Data.Shapes;
using W2S.Data.Views;
using W2S.Experiments;
using W2S.Experiments.FewShot;
using W2S.Experiments.LabelChoice;
using W2S.Losses.Distillation;
using W2S.Losses.NoisyLabels;
using W2S.Losses.WeakToStrong;
using W2S.Runs;
using W2S.Selection;
using W2S.Tests.Data;
using W2S.Torch;

namespace W2S.Tests.Runs;

/// <summary>What a result says of the files that it kept, of those that it stood on, of its machine and of its
/// time.</summary>
public sealed class RunProvenanceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static Taught Teacher { get; } = new("teacher");

    private static Taught Student { get; } = new("student") { Teacher = Teacher };

    private string TeachersWeights => Path.Combine(folder.Path, "taught", Teacher.Hash, "kept", "weights");

    private RunStore Store => new(folder.Path);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void AStudentsResultNamesTheSumsOfItsTeachersWeights()
    {
        var (student, teacher) = (Store.Get(Student), Store.Find(Teacher)!);

        var sum = Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(TeachersWeights)));
        Assert.Equal(new Dictionary<string, string> { ["weights"] = sum }, teacher.Files);
        Assert.Equal(new Dictionary<string, string> { [$"{Teacher.Hash}/weights"] = sum }, student.Inputs);
        Assert.Empty(teacher.Inputs);
    }

    [Fact]
    public void OneFlippedByteInATeachersWeightsIsRefusedByNameWithTheCure()
    {
        Store.Get(Teacher);
        var bytes = File.ReadAllBytes(TeachersWeights);
        bytes[1] ^= 1;
        File.WriteAllBytes(TeachersWeights, bytes);

        var error = Assert.Throws<RunException>(() => Store.Get(Student));

        Assert.StartsWith($"{TeachersWeights} is not what teacher, four bytes, seed 0 kept: its SHA-256 is ",
            error.Message);
        Assert.EndsWith(
            $"delete the folder {Path.Combine(folder.Path, "taught", Teacher.Hash)} and the run is made anew",
            error.Message);
        Directory.Delete(Path.Combine(folder.Path, "taught", Teacher.Hash), recursive: true);
        Assert.Equal(10, Store.Get(Student)["sum"]); // the cure
    }

    [Fact]
    public void AStudentOfOtherWeightsIsNotReadBack()
    {
        Store.Get(Student);
        Directory.Delete(Path.Combine(folder.Path, "taught", Teacher.Hash), recursive: true);
        Assert.Equal(10, Store.Get(Student)["sum"]); // without a teacher there is nothing that contradicts it
        Surroundings.Bytes = [1, 2, 3, 5]; // as another machine would give them
        try
        {
            Store.Get(Teacher);
            Assert.Equal(11, Store.Get(Student)["sum"]);
        }
        finally
        {
            Surroundings.Bytes = [1, 2, 3, 4];
        }
    }

    [Fact]
    public void ASumIsTakenOnceUntilTheFileIsAnother()
    {
        var path = Path.Combine(folder.Path, "file");
        File.WriteAllText(path, "a");
        var time = File.GetLastWriteTimeUtc(path);
        var first = KeptFiles.Sum(path);
        File.WriteAllText(path, "b");
        File.SetLastWriteTimeUtc(path, time);

        Assert.Equal(first, KeptFiles.Sum(path)); // not read again
        File.SetLastWriteTimeUtc(path, time.AddSeconds(1));
        Assert.NotEqual(first, KeptFiles.Sum(path));
    }

    [Fact]
    public void AResultSaysItsMachineAndSeveralSayWhich()
    {
        var run = Store.Get(Teacher);
        var other = run
            with
        { Machine = new RunMachine("Processor X", null, 1), Facets = run.Facets with { Variant = "student" } };

        Assert.Equal(RunMachine.Here, run.Machine);
        Assert.Contains("libtorch", run.Versions);
        Assert.Null(RunMachine.Note([run, run with { Seed = 1 }]));
        Assert.Equal($"Runs of different machines: 2 of {run.Machine}, 1 of Processor X with 1 thread",
            RunMachine.Note([run, other, run]));
        Assert.Equal("Processor X with 1 thread", RunMachine.Names([other]));
        Assert.Equal("not recorded", RunMachine.Names([other with { Machine = null }]));
    }

    [Fact]
    public void TheTimeOfAKilledPartCounts()
    {
        // What a process leaves that was killed on another machine a while ago.
        var place = Path.Combine(folder.Path, "taught", $"{Teacher.Hash}.unfinished");
        var claim = Path.Combine(Directory.CreateDirectory(place).FullName, "claim.1");
        File.WriteAllText(claim,
            new ClaimHolder("other", 1, "other", DateTime.UtcNow, "", 0).ToJson() + "\n5.0\n41.5\n46");
        File.SetLastWriteTimeUtc(claim, DateTime.UtcNow.AddMinutes(-2));

        Assert.InRange(Store.Get(Teacher).Seconds, 41.5, 45);
    }

    [Fact]
    public void ANewRevisionOrALossOfOnesOwnIsAnotherRun()
    {
        var record = DistillationPlan.Small.TeacherRun(0).Record;
        var own = new ToyExperiment("KD", 1).Record;

        // Of all that it runs on, the one that has a second revision.
        Assert.Equal(["FeatureExtractor, revision 2"], record["code"]!.AsArray().Select(line => (string)line!));
        Assert.Contains("ToyExperiment, code ",
            own["code"]!.AsArray().Select(line => (string)line!)
                .Single(line => line!.StartsWith("Toy", StringComparison.Ordinal))!);
        Assert.Equal(["Engine, revision 3", "Revised, revision 2"], Lines(typeof(Revised)));
    }

    [Fact]
    public void TheCodeOfWhatARunNeedsCountsAndARunThatNeedsItselfIsNamed()
    {
        var lines = new Alone().Record["code"]!.AsArray().Select(line => (string)line!).ToArray();

        Assert.Contains(lines, line => line.StartsWith("Alone, code ", StringComparison.Ordinal));
        // which stands in no property
        Assert.Contains(lines, line => line.StartsWith("ToyExperiment, code ", StringComparison.Ordinal));
        Assert.Contains("Alone needs itself",
            Assert.Throws<ArgumentException>(() => new Alone { Circular = true }.Hash).Message);
    }

    private sealed record Alone : Experiment
    {
        public bool Circular { get; init; }

        public override string Kind => "alone";

        public override RunFacets Facets => new() { Scenario = "alone", Data = "" };

        public override double TestPerTrain => 0;

        public override long Seed { get; init; }

        public override IReadOnlyList<Experiment> Needs => [Circular ? this with { } : Found()];

        protected internal override RunOutcome Run(RunContext context) => throw new NotSupportedException();

        private static Experiment Found() => Elsewhere[0]();
    }

    private static readonly Func<Experiment>[] Elsewhere = [() => new ToyExperiment("KD", 1)];

    private static string[] Lines(Type type)
    {
        var code = new CodeIdentity();
        code.AddRevisions(type, type.Assembly);
        return [.. code.Lines];
    }

    [Revision(2)]
    [RunsOn(typeof(Engine))]
    private sealed class Revised;

    [Revision(3)]
    private sealed class Engine;

    // Not what the run is, but where it runs; readonly, so that no identity holds it.
    private static class Surroundings
    {
        private static readonly byte[][] Held = [[1, 2, 3, 4]];

        public static byte[] Bytes
        {
            get => Held[0];
            set => Held[0] = value;
        }
    }

    private sealed record Taught(string Who) : Experiment
    {
        public Taught? Teacher { get; init; }

        public override string Kind => "taught";

        public override RunFacets Facets => new() { Scenario = "taught", Data = "four bytes", Variant = Who };

        public override double TestPerTrain => 0;

        public override long Seed { get; init; }

        public override IReadOnlyList<Experiment> Needs => Teacher is null ? [] : [Teacher];

        public override bool NeedsFiles => true;

        protected internal override RunOutcome Run(RunContext context)
        {
            var bytes = Teacher is null ? Surroundings.Bytes : File.ReadAllBytes(context.Of(Teacher).File("weights"));
            if (Teacher is null) File.WriteAllBytes(Path.Combine(context.Kept, "weights"), bytes);
            var values = new Dictionary<string, double> { ["sum"] = bytes.Sum(one => one) };
            return new RunOutcome { Values = values };
        }
    }
}
