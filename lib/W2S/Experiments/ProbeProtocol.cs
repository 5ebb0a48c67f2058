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
/// on
/// <see cref="TrueLabels"/> true labels of its part. A student is a linear probe on the strong network's features,
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
    public SplitAccuracies Run(FrozenPair pair, int seed, CancellationToken token = default)
    {
        var parts = Draw(pair, seed);
        using var one = Devices.OneThread();
        using var scope = NewDisposeScope();
        var (weak, strong) = (parts.Of(pair.Weak), parts.Of(pair.Strong));
        var (few, all, truth) = parts.Of(pair.Labels);
        var labels = new CrossEntropy();

        using var teacher =
            LinearProbe.TrainMany([Task(weak.Teacher, labels, Supervision.ByLabels(few), "teacher")], token: token)[0];
        var taught = Supervision.ByTeacher(teacher.Logits(weak.Student));
        var said = teacher.Logits(weak.Test).argmax(1).data<long>().ToArray();
        var probes = LinearProbe.TrainMany(
        [
            Task(strong.Teacher, labels, Supervision.ByLabels(few), "student"),
            Task(strong.Student, labels, Supervision.ByLabels(all), "student"),
            .. Students.Select(student => Task(strong.Student, student.Loss, taught, "student", student.Unregularised)),
        ], token: token);
        try
        {
            var students = Students.Zip(probes.Skip(2), (student, probe) => (student.Name, Probe: probe)).ToArray();
            var (scratch, ceiling) = (probes[0], probes[1]);
            return new SplitAccuracies(
                seed, teacher.Accuracy(weak.Test, truth), scratch.Accuracy(strong.Test, truth),
                ceiling.Accuracy(strong.Test, truth),
                students.ToDictionary(student => student.Name, student => student.Probe.Accuracy(strong.Test, truth)),
                students.ToDictionary(student => student.Name, student => student.Probe.Accuracy(strong.Test, said)))
            {
                L2 = Chosen([("teacher", teacher), ("few labels", scratch), ("ceiling", ceiling), .. students]),
            };
        }
        finally
        {
            foreach (var probe in probes) probe.Dispose();
        }

        ProbeTask Task(Tensor features, Loss loss, Supervision supervision, string who, bool unregularised = false)
        {
            var options = unregularised ? Probe with { L2 = 0, ChooseL2 = [] } : Probe;
            return new(features, pair.Classes, loss, supervision, options with { Seed = Seeds.Derive(seed, who) });
        }

        static Dictionary<string, double> Chosen(IEnumerable<(string Name, LinearProbe Probe)> probes) =>
            probes.Where(entry => entry.Probe.HeldOut.Count > 0)
                .ToDictionary(entry => entry.Name, entry => entry.Probe.L2);
    }

    /// <summary>Runs the splits 0, 1, 2, …, as many at a time as libtorch has threads.</summary>
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
        var results = new SplitAccuracies[splits];
        var (gate, done) = (new Lock(), 0);
        ParallelWork.Each(splits, (seed, stop) =>
        {
            var split = results[seed] = Run(pair, seed, stop);
            lock (gate) progress?.Report(new ProbeProgress(pair.Name, TrueLabels, split, ++done, splits));
        }, token);
        return new ProbeStudy(pair.Name, TrueLabels, TestPerTrain, results);
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
