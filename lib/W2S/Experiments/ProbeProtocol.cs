using TorchSharp;
using W2S.Data;
using W2S.Losses;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Experiments;

/// <summary>OpenAI's weak-to-strong protocol on frozen representations.</summary>
/// <remarks>
/// The images are split at random in three. The weak teacher is a linear probe on the weak network's features, trained
/// on <see cref="TrueLabels"/> true labels of its part. A student is a linear probe on the strong network's features,
/// trained on the teacher's logits for its own part and on no true label. The ceiling is the same probe trained on the
/// true labels of that part. All are judged on the third part. After openai/weak-to-strong, folder vision.
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

    /// <summary>Test images for each image of the other two parts: see <see cref="ProbeStudy.TestPerTrain"/>.</summary>
    public double TestPerTrain => (double)TestImages / (TeacherImages + StudentImages);

    /// <summary>How every probe is trained; its seed is replaced by the split's.</summary>
    public LinearProbeOptions Probe { get; init; } = new();

    /// <summary>The students taught by weak labels.</summary>
    /// <value>Hard and soft cross entropy.</value>
    public IReadOnlyList<ProbeStudent> Students { get; init; } = [ProbeStudent.Hard, ProbeStudent.Soft];

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
    /// <returns>Accuracies on the test part.</returns>
    /// <exception cref="ArgumentException">The protocol does not fit the set.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="token"/> was cancelled.</exception>
    public SplitAccuracies Run(FrozenPair pair, int seed, CancellationToken token = default) =>
        Train(pair, [seed], _ => { }, token)[0];

    /// <summary>Runs the splits 0, 1, 2, …: their probes train together, as many at a time as libtorch has
    /// threads.</summary>
    /// <param name="pair">The images.</param>
    /// <param name="splits">How many; three or more for a claim.</param>
    /// <param name="progress">Hears of each finished split, one call at a time.</param>
    /// <param name="token">Stops the run.</param>
    /// <returns>All of them, in order.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="splits"/> is not positive.</exception>
    /// <exception cref="ArgumentException">The protocol does not fit the set.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="token"/> was cancelled.</exception>
    public ProbeStudy Study(
        FrozenPair pair, int splits, IProgress<ProbeProgress>? progress = null, CancellationToken token = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(splits);
        var done = 0;
        var results = Train(pair, [.. Enumerable.Range(0, splits)], Tell, token);
        return new ProbeStudy(pair.Name, TrueLabels, TestPerTrain, results);

        void Tell(SplitAccuracies split) =>
            progress?.Report(new ProbeProgress(pair.Name, TrueLabels, split, ++done, splits));
    }

    // The teachers of all splits train together, then their students: each probe has the bits that it has alone.
    private SplitAccuracies[] Train(
        FrozenPair pair, int[] seeds, Action<SplitAccuracies> ended, CancellationToken token)
    {
        using var scope = NewDisposeScope();
        var splits = seeds.Select(seed => new SplitProbes(this, pair, seed)).ToArray();
        foreach (var (split, teacher) in splits.Zip(Teachers()))
        {
            using (teacher) split.Ask(teacher);
        }
        var results = new Dictionary<int, SplitAccuracies>();
        var students = LinearProbe.TrainMany([.. splits.SelectMany(split => split.Students(End))], token: token);
        foreach (var student in students) student.Dispose();
        return [.. seeds.Select(seed => results[seed])];

        IReadOnlyList<LinearProbe> Teachers()
        {
            using var features = NewDisposeScope();
            return LinearProbe.TrainMany([.. splits.Select(split => split.Teacher())], token: token);
        }

        void End(SplitAccuracies split)
        {
            results[split.Seed] = split;
            ended(split);
        }
    }

    private void Check(FrozenPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        pair.Check();
        if (TrueLabels < 1 || TrueLabels > TeacherImages)
        {
            throw new ArgumentException(
                $"{TrueLabels} true labels for a teacher's part of {TeacherImages} images; give 1 to {TeacherImages}");
        }
        foreach (var (name, loss) in Students)
        {
            if (loss.LabelWeight != 0)
            {
                throw new ArgumentException(
                    $"the student '{name}' gives true labels the weight {loss.LabelWeight}, but it sees none; use "
                    + "TeacherOnly()");
            }
        }
    }
}

/// <summary>How far a study has come.</summary>
/// <param name="Pair">What is studied.</param>
/// <param name="TrueLabels">How many true labels the teacher has.</param>
/// <param name="Latest">The split that has just ended.</param>
/// <param name="Done">Splits finished.</param>
/// <param name="Total">Splits in all.</param>
public sealed record ProbeProgress(string Pair, int TrueLabels, SplitAccuracies Latest, int Done, int Total);
