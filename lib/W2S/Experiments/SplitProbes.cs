using W2S.Losses;
using W2S.Runs;
using W2S.Selection;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Experiments;

/// <summary>The probes of one split of a <see cref="ProbeProtocol"/>, as tasks that train together with those of other
/// splits: first the two that see true labels alone, then the students and their ceiling.</summary>
internal sealed class SplitProbes
{
    private readonly ProbeProtocol protocol;
    private readonly FrozenPair pair;
    private readonly int seed;
    private readonly ProbeParts parts;
    private readonly (long[] Few, long[] All, long[] Truth) labels;
    private readonly Judged[] judged; // teacher, few labels, ceiling, students
    private Tensor? teacherLogits, ownLogits;
    private long[] said = [];
    private int left;

    public SplitProbes(ProbeProtocol protocol, FrozenPair pair, int seed)
    {
        (this.protocol, this.pair, this.seed) = (protocol, pair, seed);
        parts = protocol.Draw(pair, seed);
        labels = parts.Of(pair.Labels);
        judged = new Judged[protocol.Students.Count + 3];
        left = judged.Length - 2;
    }

    /// <summary>The trainings of the teacher and of the strong network on the same true labels; their features are
    /// owned by the current dispose scope.</summary>
    public IEnumerable<ProbeTask> Labelled() =>
    [
        Task(ProbeParts.Pick(pair.Weak, parts.Teacher), Supervision.ByLabels(labels.Few), "teacher"),
        Task(ProbeParts.Pick(pair.Strong, parts.Teacher), Supervision.ByLabels(labels.Few), "student"),
    ];

    /// <summary>Judges both, and takes what they say of the student's part; the logits are owned by the current dispose
    /// scope.</summary>
    public void Ask(LinearProbe teacher, LinearProbe few)
    {
        using var one = Devices.OneThread();
        using var scope = NewDisposeScope();
        teacherLogits = teacher.Logits(ProbeParts.Pick(pair.Weak, parts.Student)).MoveToOuterDisposeScope();
        var test = ProbeParts.Pick(pair.Weak, parts.Test);
        said = teacher.Logits(test).argmax(1).cpu().data<long>().ToArray();
        judged[0] = new Judged(teacher.Accuracy(test, labels.Truth), 1, teacher.L2);
        judged[1] = Judge(few);
        if (protocol.Students.Any(student => student.Word != WordOf.Teacher))
            ownLogits = few.Logits(ProbeParts.Pick(pair.Strong, parts.Student)).MoveToOuterDisposeScope();
    }

    /// <summary>The trainings of the ceiling and of the students on the strong network's features, which are owned by
    /// the current dispose scope.</summary>
    /// <param name="ended">Hears of the split when the last of them has ended.</param>
    public IEnumerable<ProbeTask> Students(Action<int, IReadOnlyList<RunArm>> ended)
    {
        var many = ProbeParts.Pick(pair.Strong, parts.Student);
        var with = protocol.Students.Any(student => student.WithLabels)
            ? cat([ProbeParts.Pick(pair.Strong, parts.Teacher), many]) : many;
        ProbeTask[] tasks =
        [
            Task(many, Supervision.ByLabels(labels.All), "student"),
            .. protocol.Students.Select(student =>
                Task(student.WithLabels ? with : many, Supervision.ByTeacher(Told(student)), "student", student)),
        ];
        return tasks.Select((task, i) => task with
        {
            Watch = (point, probe) =>
            {
                if (point.Step < point.Steps) return;
                judged[i + 2] = Judge(probe);
                if (--left == 0) ended(seed, Arms());
            },
        });
    }

    // Two words are mixed as the mean of their log-probabilities, which the loss's softmax renormalises.
    private Tensor Told(ProbeStudent student)
    {
        using var scope = NewDisposeScope();
        var word = student.Word switch
        {
            WordOf.Teacher => teacherLogits!,
            WordOf.Itself => ownLogits!,
            _ => (teacherLogits!.log_softmax(1) + ownLogits!.log_softmax(1)) / 2,
        };
        if (!student.WithLabels) return word.alias().MoveToOuterDisposeScope();
        return cat([HardLabels.Logits(tensor(labels.Few), pair.Classes, word), word]).MoveToOuterDisposeScope();
    }

    private ProbeTask Task(Tensor features, Supervision supervision, string who, ProbeStudent? student = null)
    {
        var options = student is { Unregularised: true } ? protocol.Probe with { L2 = 0, ChooseL2 = [] }
            : protocol.Probe;
        Loss loss = student is null ? new CrossEntropy() : student.Loss;
        return new(features, pair.Classes, loss, supervision, options with { Seed = Seeds.Derive(seed, who) });
    }

    private Judged Judge(LinearProbe probe)
    {
        using var scope = NewDisposeScope();
        var test = ProbeParts.Pick(pair.Strong, parts.Test);
        return new Judged(probe.Accuracy(test, labels.Truth), probe.Accuracy(test, said), probe.L2);
    }

    private RunArm[] Arms()
    {
        bool[] chooses = [true, true, true, .. protocol.Students.Select(student => !student.Unregularised)];
        return [.. protocol.Arms(pair.Name, pair.WeakName, pair.StrongName).Select((facets, i) =>
        {
            var value = judged[i];
            var values = new Dictionary<string, double> { ["test accuracy"] = value.Accuracy };
            if (i > 0) values["test agreement"] = value.Agreement;
            if (protocol.Probe.ChooseL2.Count > 0 && chooses[i]) values["L2"] = value.L2;
            return new RunArm(facets, values);
        })];
    }

    private readonly record struct Judged(double Accuracy, double Agreement, double L2);
}
