using System.Reflection;
using W2S.Data.Batches;
using W2S.Data.Noise;
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
using W2S.Tests.Training;
using W2S.Torch;
using W2S.Training;

namespace W2S.Tests.Identity;

/// <summary>No formula changes without a new revision: results of the old one would be read back as its own.</summary>
[Collection(ProcessWide.Name)]
public sealed class FingerprintTests
{
    /// <summary>Set to 1, the test writes the fingerprints anew where it may.</summary>
    private const string Renew = "W2S_RENEW";

    private static readonly Lazy<IReadOnlyDictionary<string, CodeFingerprint>> Now =
        new(() => Subjects.All.ToDictionary(
        type => type.Name,
        type => new CodeFingerprint(RevisionAttribute.Of(type),
            LibrarySyntax.Current.Fingerprint(type.Name, Subjects.Stops))));

    [Fact]
    public void EveryRevisionHasItsFingerprint()
    {
        if (Environment.GetEnvironmentVariable(Renew) == "1")
            Renewal.Of(FingerprintFile.Read(), Now.Value, StoredNumbers.Machine(), StoredNumbers.Cases).Write();
        var stored = FingerprintFile.Read();

        var changed = Renewal.Changed(stored, Now.Value);
        Assert.True(changed.Count == 0,
            $"the code of {string.Join(", ", changed)} is another and the revision is not: give [Revision] its next "
            + "number, so that results of the old code "
            + $"are not read back; or, where no number changes, run {Renew}=1 ./w2s test {nameof(FingerprintTests)}, "
                + "which compares them bit for bit");
        var unwritten =
            Now.Value.Where(one => stored.Code.GetValueOrDefault(one.Key)?.Revision != one.Value.Revision)
                .Select(one => one.Key)
            .Concat(stored.Code.Keys.Except(Now.Value.Keys)).Order(StringComparer.Ordinal).ToArray();
        Assert.True(unwritten.Length == 0,
            $"{string.Join(", ", unwritten)} is new, gone or of a new revision: run {Renew}=1 ./w2s test "
            + $"{nameof(FingerprintTests)} to write that down");
    }

    [Theory]
    [InlineData("AdaptConf.cs", ".Times(0.5).Plus(0.5)", ".Times(0.5).Plus(0.6)", nameof(AdaptConf), nameof(Kd))]
    // a piece that formulas call
    [InlineData("DistillationLoss.cs", "temperature * temperature", "temperature", nameof(AdaptConf),
        nameof(CrossEntropy))]
    // a piece of a piece
    [InlineData("Numerics.cs", "clamp_min(Lowest)", "clamp_min(Zero)", nameof(ProductLoss), nameof(NoiseSetting))]
    // which runs on it
    [InlineData("TrainingStep.cs", ".backward()", ".backward(null)", nameof(Trainer), nameof(TrainNetwork))]
    [InlineData("TrainNetwork.cs", "WithLabels = WithLabels", "WithLabels = true", nameof(TrainNetwork),
        nameof(Trainer))]
    public void ADifferentFormulaIsADifferentFingerprintAndOnlyWhereItIsCalled(string file, string before, string after,
        string reached, string other)
    {
        var edited = LibrarySyntax.Current.Edited(file, text => text.Replace(before, after));

        Assert.NotEqual(Of(LibrarySyntax.Current, reached), Of(edited, reached));
        Assert.Equal(Of(LibrarySyntax.Current, other), Of(edited, other));
    }

    [Theory]
    [InlineData("AdaptConf.cs", "var beta = Beta(student, teacher, batch)",
        "var /* trust */ beta =\n Beta(student, teacher, batch)")]
    [InlineData("AdaptConf.cs", "zWeak", "weakLogit")]
    [InlineData("AdaptConf.cs", "is no β rule; give", "is none; give")]
    [InlineData("AdaptConf.cs", "The rule that gives β.", "Which β.")]
    [InlineData("AdaptConf.cs", "namespace W2S.Losses.WeakToStrong;", "namespace W2S.Losses.WeakToStrong.Moved;")]
    [InlineData("DurableFile.cs", "Temporary", "Passing")]
    public void WordsLayoutAndTheGroundFloorAreNoFormula(string file, string before, string after)
    {
        var edited = LibrarySyntax.Current.Edited(file, text => text.Replace(before, after));

        Assert.Equal(Of(LibrarySyntax.Current, nameof(AdaptConf)), Of(edited, nameof(AdaptConf)));
        Assert.Equal(Of(LibrarySyntax.Current, nameof(Trainer)), Of(edited, nameof(Trainer)));
    }

    [Fact]
    public void AnExperimentNamesTheEnginesThatItRunsOn() => Assert.All(
        Subjects.All.Where(type => type.IsAssignableTo(typeof(Experiment)) && !type.IsAbstract), type => Assert.Equal(
            LibrarySyntax.Current.Reach(type.Name, Subjects.Stops).Select(symbol => symbol.Name)
                .Where(Subjects.Engines.Contains).Order(StringComparer.Ordinal),
            (type.GetCustomAttribute<RunsOnAttribute>(inherit: false)?.Engines ?? []).Select(engine => engine.Name)
                .Order(StringComparer.Ordinal)));

    [Fact]
    public void AChangedFormulaIsRenewedOnlyWhereEveryNumberComesOut()
    {
        var stored =
            new FingerprintFile("here", new() { ["A"] = new(1, "a"), ["B"] = new(1, "b"), ["C"] = new(1, "c") },
                new() { ["one"] = "1", ["two"] = "2" });
        (string, IReadOnlySet<string>, Func<string>)[] Cases(string one) =>
            [("one", new HashSet<string> { "A" }, () => one), ("two", new HashSet<string> { "B" }, () => "2")];
        Dictionary<string, CodeFingerprint> With(string type, int revision, string sum) =>
            new(stored.Code) { [type] = new(revision, sum) };
        string Refused(Dictionary<string, CodeFingerprint> now, string one, string machine = "here") =>
            Assert.Throws<InvalidOperationException>(() => Renewal.Of(stored, now, machine, Cases(one))).Message;

        Assert.Equal(["A"], Renewal.Changed(stored, With("A", 1, "x")));
        Assert.Empty(Renewal.Changed(stored, With("A", 2, "x")));
        Assert.Equal("x", Renewal.Of(stored, With("A", 1, "x"), "here", Cases("1")).Code["A"].Sum); // tidied
        Assert.Contains("A changed and 'one' no longer comes out bit for bit", Refused(With("A", 1, "x"), "7"));
        Assert.Contains("C changed and no stored computation shows that its numbers did not: give it [Revision(2)]",
            Refused(With("C", 1, "x"), "1"));
        Assert.Contains("another kind of machine", Refused(With("A", 1, "x"), "1", "there"));
        Assert.Contains("a revision only grows", Refused(With("A", 0, "x"), "1"));
        Assert.Equal("7", Renewal.Of(stored, With("A", 2, "x"), "here", Cases("7")).Numbers["one"]); // another formula
        (string, IReadOnlySet<string>, Func<string>)[] shared = [("one", new HashSet<string> { "A", "B" }, () => "7")];
        var both = With("A", 1, "x");
        Assert.Throws<InvalidOperationException>(() => Renewal.Of(stored, both, "here", shared));
        both["B"] = new(2, "y"); // what B now makes of A is made anew
        Assert.Equal("7", Renewal.Of(stored, both, "here", shared).Numbers["one"]);
        Assert.Equal(("there", "7"),
            (Renewal.Of(stored, stored.Code, "there", Cases("7")).Machine,
                Renewal.Of(stored, stored.Code, "there", Cases("7")).Numbers["one"]));
    }

    private static string Of(LibrarySyntax library, string type) => library.Fingerprint(type, Subjects.Stops);
}
