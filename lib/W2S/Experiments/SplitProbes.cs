using W2S.Data;
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
    private readonly Dictionary<WordOf, Tensor> words = [];
    private readonly Dictionary<string, double> known = []; // by whoever has no other label
    private Tensor? heldOutTeacher, heldOutFew;
    private long[] said = [];
    private int left;

    public SplitProbes(ProbeProtocol protocol, FrozenPair pair, int seed)
    {
        (this.protocol, this.pair, this.seed) = (protocol, pair, seed);
        parts = protocol.Draw(pair, seed);
        labels = parts.Of(pair.Labels);
        judged = new Judged[protocol.Students.Count + 3];
        left = judged.Length - 2 + (2 * protocol.Folds);
    }

    /// <summary>What each probe measured, once all have ended.</summary>
    public IReadOnlyList<RunArm> Arms { get; private set; } = [];

    private bool Asked(WordOf word) => protocol.Students.Any(student => student.Word == word);

    /// <summary>The trainings of the teacher and of the strong network on the same true labels, and of the latter's
    /// twin where one is asked; their features are owned by the current dispose scope.</summary>
    public IEnumerable<ProbeTask> Labelled()
    {
        var strong = ProbeParts.Pick(pair.Strong, parts.Teacher);
        return
        [
            Task(ProbeParts.Pick(pair.Weak, parts.Teacher), Supervision.ByLabels(labels.Few), "teacher"),
            Task(strong, Supervision.ByLabels(labels.Few), "student"),
            .. Asked(WordOf.Twins) ? new[] { Task(strong, Supervision.ByLabels(labels.Few), "twin") } : [],
        ];
    }

    /// <summary>Judges them, and takes what they say of the student's part; the logits are owned by the current dispose
    /// scope.</summary>
    public void Ask(IReadOnlyList<LinearProbe> labelled)
    {
        using var one = Devices.OneThread();
        using var scope = NewDisposeScope();
        var (teacher, few) = (labelled[0], labelled[1]);
        var test = ProbeParts.Pick(pair.Weak, parts.Test);
        said = teacher.Logits(test).argmax(1).cpu().data<long>().ToArray();
        judged[0] = new Judged(teacher.Accuracy(test, labels.Truth), 1, 0, teacher.L2);
        judged[1] = Judge(few);
        var told = teacher.Logits(ProbeParts.Pick(pair.Weak, parts.Student));
        words[WordOf.Teacher] = told;
        if (protocol.Folds > 0 || protocol.Students.Any(student => student.Word != WordOf.Teacher))
        {
            var seen = ProbeParts.Pick(pair.Strong, parts.Student);
            words[WordOf.Itself] = few.Logits(seen);
            words[WordOf.Both] = Mean(told, words[WordOf.Itself]);
            if (Asked(WordOf.BothShuffled))
                words[WordOf.BothShuffled] = Mean(ProbeParts.Pick(told, RandomSplit.Permutation(parts.Student.Count,
                    Seeds.Derive(seed, "shuffled"))), words[WordOf.Itself]);
            if (Asked(WordOf.Twins)) words[WordOf.Twins] = Mean(words[WordOf.Itself], labelled[2].Logits(seen));
            if (protocol.Folds > 0)
                known["agreement"] =
                    told.argmax(1).eq(words[WordOf.Itself].argmax(1)).to_type(ScalarType.Float64).mean().item<double>();
        }
        foreach (var word in words.Values) word.MoveToOuterDisposeScope();
    }

    // Two words are mixed as the mean of their log-probabilities, which the loss's softmax renormalises.
    private static Tensor Mean(Tensor one, Tensor other) => (one.log_softmax(1) + other.log_softmax(1)) / 2;

    /// <summary>The trainings of the ceiling and of the students on the strong network's features, and those of teacher
    /// and strong network without a fold of the true labels, which are owned by the current dispose scope.</summary>
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
                Task(student.WithLabels ? with : many, Supervision.ByTeacher(Told(student)), "student", student.Loss)),
        ];
        return [.. tasks.Select((task, i) => Then(task, probe => judged[i + 2] = Judge(probe))), .. Folds()];

        ProbeTask Then(ProbeTask task, Action<LinearProbe> judge) => task with
        {
            Watch = (point, probe) =>
            {
                if (point.Step < point.Steps) return;
                judge(probe);
                if (--left == 0) ended(seed, Arms = Results());
            },
        };

        IEnumerable<ProbeTask> Folds()
        {
            if (protocol.Folds == 0) yield break;
            var count = labels.Few.Length;
            var (weak, strong) =
                (ProbeParts.Pick(pair.Weak, parts.Teacher), ProbeParts.Pick(pair.Strong, parts.Teacher));
            (heldOutTeacher, heldOutFew) = (zeros(count, pair.Classes), zeros(count, pair.Classes));
            for (var fold = 0; fold < protocol.Folds; fold++)
            {
                var positions =
                    Enumerable.Range(0, count).ToLookup(at => at % protocol.Folds == fold, at => (long)at);
                var (rows, rest) = (tensor(positions[true].ToArray()), tensor(positions[false].ToArray()));
                var supervision = Supervision.ByLabels([.. positions[false].Select(at => labels.Few[at])]);
                yield return Fold(weak, "teacher", judged[0].L2, heldOutTeacher);
                yield return Fold(strong, "student", judged[1].L2, heldOutFew);

                ProbeTask Fold(Tensor features, string who, double l2, Tensor heldOut)
                {
                    var task = Task(features.index_select(0, rest), supervision, who);
                    return Then(task with { Options = task.Options with { L2 = l2, ChooseL2 = [] } }, probe =>
                    {
                        using var scope = NewDisposeScope();
                        heldOut.index_copy_(0, rows, probe.Logits(features.index_select(0, rows)));
                    });
                }
            }
        }
    }

    private Tensor Told(ProbeStudent student)
    {
        using var scope = NewDisposeScope();
        var word = words[student.Word];
        if (!student.WithLabels) return word.alias().MoveToOuterDisposeScope();
        return cat([HardLabels.Logits(tensor(labels.Few), pair.Classes, word), word]).MoveToOuterDisposeScope();
    }

    private ProbeTask Task(Tensor features, Supervision supervision, string who, Loss? loss = null) =>
        new(features, pair.Classes, loss ?? new CrossEntropy(), supervision,
            protocol.Probe with { Seed = Seeds.Derive(seed, who) });

    private Judged Judge(LinearProbe probe)
    {
        using var scope = NewDisposeScope();
        var test = ProbeParts.Pick(pair.Strong, parts.Test);
        var right = probe.Logits(test).argmax(1).cpu().data<long>().ToArray();
        var both = right.Zip(said, labels.Truth).Count(one => one.First == one.Third && one.Second == one.Third);
        return new Judged(probe.Accuracy(test, labels.Truth), probe.Accuracy(test, said), (double)both / right.Length,
            probe.L2);
    }

    // On the true labels that each fold held out.
    private void Held()
    {
        using var scope = NewDisposeScope();
        var truth = tensor(labels.Few);
        var (teacher, few) = (heldOutTeacher!.argmax(1).eq(truth), heldOutFew!.argmax(1).eq(truth));
        foreach (var (name, right) in new[]
        {
            ("held-out accuracy", few), ("held-out teacher", teacher), ("held-out both", few.logical_and(teacher)),
            ("held-out mean", Mean(heldOutTeacher, heldOutFew).argmax(1).eq(truth)),
        })
            known[name] = right.to_type(ScalarType.Float64).mean().item<double>();
    }

    private RunArm[] Results()
    {
        if (protocol.Folds > 0) Held();
        return [.. protocol.Arms(pair.Name, pair.WeakName, pair.StrongName).Select((facets, i) =>
        {
            var value = judged[i];
            var values = new Dictionary<string, double> { ["test accuracy"] = value.Accuracy };
            if (i > 0) (values["test agreement"], values["both right"]) = (value.Agreement, value.BothRight);
            foreach (var (name, number) in i == 1 ? known : []) values[name] = number;
            if (protocol.Probe.ChooseL2.Count > 0) values["L2"] = value.L2;
            return new RunArm(facets, values);
        })];
    }

    private readonly record struct Judged(double Accuracy, double Agreement, double BothRight, double L2);
}
