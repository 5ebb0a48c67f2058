using TorchSharp;
using W2S.Data;
using W2S.Losses;
using W2S.Runs;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Experiments;

/// <summary>OpenAI's weak-to-strong protocol on frozen representations.</summary>
/// <remarks>
/// The images are split at random in three. The weak teacher is a linear probe on the weak network's features, trained
/// on <see cref="TrueLabels"/> true labels of its part. A student is a linear probe on the strong network's features,
/// trained on the teacher's logits for its own part and, unless it says so, on no true label. The ceiling is the same
/// probe trained on the true labels of that part. All are judged on the third part. After openai/weak-to-strong, folder
/// vision.
/// </remarks>
public sealed record ProbeProtocol
{
    /// <summary>Images of the teacher's part.</summary>
    public required int TeacherImages { get; init; }

    /// <summary>Images of the student's part.</summary>
    public required int StudentImages { get; init; }

    /// <summary>Images to judge on.</summary>
    public required int TestImages { get; init; }

    /// <summary>True labels that the teacher learns from, at most <see cref="TeacherImages"/>.</summary>
    public required int TrueLabels { get; init; }

    /// <summary>Test images for each image of the other two parts: see <see cref="Experiment.TestPerTrain"/>.</summary>
    public double TestPerTrain => (double)TestImages / (TeacherImages + StudentImages);

    /// <summary>How every probe is trained; its seed is replaced by the split's.</summary>
    public LinearProbeOptions Probe { get; init; } = new();

    /// <summary>The students taught by weak labels.</summary>
    /// <value>Hard and soft cross entropy.</value>
    public IReadOnlyList<ProbeStudent> Students { get; init; } = [ProbeStudent.Hard, ProbeStudent.Soft];

    /// <summary>Into how many folds the true labels are dealt, so that teacher and strong network are judged on labels
    /// that they have not seen: what somebody with no other labels can know.</summary>
    /// <value>0: they are not.</value>
    public int Folds { get; init; }

    /// <summary>Draws the three parts of a split.</summary>
    /// <param name="pair">The images.</param>
    /// <param name="seed">The split's number.</param>
    /// <returns>Positions of the teacher's labelled images, of the student's images and of the test images.</returns>
    /// <exception cref="ArgumentException">The parts are larger than the set.</exception>
    public ProbeParts Draw(FrozenPair pair, int seed)
    {
        Check(pair);
        var parts =
            RandomSplit.Parts(pair.Count, Seeds.Derive(seed, "split"), TeacherImages, StudentImages, TestImages);
        return new ProbeParts(parts[0][..TrueLabels], parts[1], parts[2]);
    }

    /// <summary>Runs one split.</summary>
    /// <param name="pair">The images.</param>
    /// <param name="seed">The split's number: decides the parts, the first weights and the batches.</param>
    /// <param name="token">Stops the run.</param>
    /// <returns>What each probe measured on the test part, in the order of <see cref="Arms"/>: <c>test accuracy</c>; of
    /// probes on the strong features <c>test agreement</c>, how often they name the teacher's class, and
    /// <c>both right</c>; and <c>L2</c> where the penalty is chosen by own labels. With <see cref="Folds"/> the strong
    /// network alone has, on true labels held out, <c>held-out accuracy</c>, that of the teacher as
    /// <c>held-out teacher</c>, how often <c>held-out both</c> are right, and as <c>held-out mean</c> the accuracy of
    /// the mean of both log-probabilities; and <c>agreement</c>, how often both name one class on the student's
    /// images.</returns>
    /// <exception cref="ArgumentException">The protocol does not fit the set.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="token"/> was cancelled.</exception>
    public IReadOnlyList<RunArm> Run(FrozenPair pair, int seed, CancellationToken token = default) =>
        Train(pair, [seed], (_, _) => { }, token)[0];

    /// <summary>What each probe of a split is: the teacher, the strong network with the teacher's true labels, the
    /// ceiling, then the students.</summary>
    /// <param name="data">The images.</param>
    /// <param name="weak">The weak network's name.</param>
    /// <param name="strong">The strong network's name.</param>
    /// <returns>Facets, in the order in which results stand.</returns>
    public IReadOnlyList<RunFacets> Arms(string data, string weak, string strong)
    {
        return [Arm(Role.WeakTeacher, weak, null), Arm(Role.FewTrueLabels, strong, null),
            Arm(Role.Ceiling, strong, null), .. Students.Select(student => Arm(Role.Student, strong, student))];

        RunFacets Arm(Role role, string network, ProbeStudent? student)
        {
            var own = student?.Word switch { WordOf.Itself => "own", WordOf.Twins => "twins'", _ => null };
            return RunFacets.Of("probes", data, role, network, student is null || own is not null ? null : weak,
                labels: student?.WithLabels ?? true, student?.Loss.Name ?? "") with
            {
                TrueLabels = TrueLabels,
                Labels = own is null ? null : $"{(student!.WithLabels ? "labels + " : "")}{own} soft labels",
                Variant = student?.Variant ?? student?.Word switch
                {
                    WordOf.Both => "teacher and own",
                    WordOf.BothShuffled => "shuffled teacher and own",
                    _ => null,
                },
            };
        }
    }

    /// <summary>Runs the splits 0, 1, 2, …: their probes train together, as many at a time as libtorch has
    /// threads.</summary>
    /// <param name="pair">The images.</param>
    /// <param name="splits">How many; three or more for a claim.</param>
    /// <param name="progress">Hears of each finished split, one call at a time.</param>
    /// <param name="token">Stops the run.</param>
    /// <returns>The probes of all splits; they are not kept, and have no hash.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="splits"/> is not positive.</exception>
    /// <exception cref="ArgumentException">The protocol does not fit the set.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="token"/> was cancelled.</exception>
    public RunSet Study(
        FrozenPair pair, int splits, IProgress<GridProgress>? progress = null, CancellationToken token = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(splits);
        var done = 0;
        var started = DateTime.UtcNow;
        var results = Train(pair, [.. Enumerable.Range(0, splits)], (split, arms) =>
            progress?.Report(new GridProgress(++done, splits, null, null, Result(split, arms))), token);
        return new RunSet(results.Select((arms, split) => Result(split, arms)));

        RunResult Result(int split, IReadOnlyList<RunArm> arms) => new()
        {
            Record = [],
            Hash = "",
            Kind = "probes",
            Facets = RunFacets.Common(arms.Select(arm => arm.Facets)),
            TestPerTrain = TestPerTrain,
            Seed = split,
            Outcome = new RunOutcome { Values = new Dictionary<string, double>(), Arms = arms },
            Seconds = (DateTime.UtcNow - started).TotalSeconds,
            Versions = $"{TorchRuntime.Versions}",
            Machine = RunMachine.Here,
            Ended = DateTime.UtcNow,
        };
    }

    // What learns from true labels trains together, for all splits, then the students: each probe has the bits that it
    // has alone.
    private IReadOnlyList<RunArm>[] Train(
        FrozenPair pair, int[] seeds, Action<int, IReadOnlyList<RunArm>> ended, CancellationToken token)
    {
        using var scope = NewDisposeScope();
        var splits = seeds.Select(seed => new SplitProbes(this, pair, seed)).ToArray();
        var labelled = Labelled();
        foreach (var (split, probes) in splits.Zip(labelled.Chunk(labelled.Count / splits.Length))) split.Ask(probes);
        foreach (var probe in labelled) probe.Dispose();
        var students = LinearProbe.TrainMany([.. splits.SelectMany(split => split.Students(ended))], token: token);
        foreach (var student in students) student.Dispose();
        return [.. splits.Select(split => split.Arms)];

        IReadOnlyList<LinearProbe> Labelled()
        {
            using var features = NewDisposeScope();
            return LinearProbe.TrainMany([.. splits.SelectMany(split => split.Labelled())], token: token);
        }
    }

    private void Check(FrozenPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        pair.Check();
        if (TrueLabels < 1 || TrueLabels > TeacherImages)
            throw new ArgumentException(
                $"{TrueLabels} true labels for a teacher's part of {TeacherImages} images; give 1 to {TeacherImages}");
        if (Folds < 0 || Folds == 1 || Folds > TrueLabels)
            throw new ArgumentException(
                $"{TrueLabels} true labels are to be dealt into {Folds} folds; give 2 to {TrueLabels}, or 0 for none");
        if (Students.FirstOrDefault(student => student.Loss.LabelWeight != 0)?.Loss is { } loss)
            throw new ArgumentException(
                $"the student by {loss.Name} gives true labels the weight {loss.LabelWeight}, but it sees none; use "
                + "TeacherOnly()");
    }
}
