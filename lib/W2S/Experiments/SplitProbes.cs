using W2S.Losses;
using W2S.Runs;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Experiments;

/// <summary>The probes of one split of a <see cref="ProbeProtocol"/>, as tasks that train together with those of other
/// splits: first the teacher, then all that see the strong network's features.</summary>
internal sealed class SplitProbes
{
    private readonly ProbeProtocol protocol;
    private readonly FrozenPair pair;
    private readonly int seed;
    private readonly ProbeParts parts;
    private readonly (long[] Few, long[] All, long[] Truth) labels;
    private readonly Judged[] judged; // few labels, ceiling, students
    private Judged teacher;
    private Supervision? taught;
    private long[] said = [];
    private int left;

    public SplitProbes(ProbeProtocol protocol, FrozenPair pair, int seed)
    {
        (this.protocol, this.pair, this.seed) = (protocol, pair, seed);
        parts = protocol.Draw(pair, seed);
        labels = parts.Of(pair.Labels);
        judged = new Judged[protocol.Students.Count + 2];
        left = judged.Length;
    }

    /// <summary>The teacher's training; its features are owned by the current dispose scope.</summary>
    public ProbeTask Teacher() =>
        Task(ProbeParts.Pick(pair.Weak, parts.Teacher), Supervision.ByLabels(labels.Few), "teacher");

    /// <summary>Takes what the teacher says of the other parts; its logits are owned by the current dispose
    /// scope.</summary>
    public void Ask(LinearProbe probe)
    {
        using var one = Devices.OneThread();
        using var scope = NewDisposeScope();
        var logits = probe.Logits(ProbeParts.Pick(pair.Weak, parts.Student)).MoveToOuterDisposeScope();
        taught = Supervision.ByTeacher(logits);
        var test = ProbeParts.Pick(pair.Weak, parts.Test);
        said = probe.Logits(test).argmax(1).cpu().data<long>().ToArray();
        teacher = new Judged(probe.Accuracy(test, labels.Truth), 1, probe.L2);
    }

    /// <summary>The trainings on the strong network's features, which are owned by the current dispose scope.</summary>
    /// <param name="ended">Hears of the split when the last of them has ended.</param>
    public IEnumerable<ProbeTask> Students(Action<int, IReadOnlyList<RunArm>> ended)
    {
        var (few, many) = (ProbeParts.Pick(pair.Strong, parts.Teacher), ProbeParts.Pick(pair.Strong, parts.Student));
        ProbeTask[] tasks =
        [
            Task(few, Supervision.ByLabels(labels.Few), "student"),
            Task(many, Supervision.ByLabels(labels.All), "student"),
            .. protocol.Students.Select(student => Task(many, taught!, "student", student)),
        ];
        return tasks.Select((task, i) => task with { Watch = (point, probe) => Judge(i, point, probe, ended) });
    }

    private ProbeTask Task(Tensor features, Supervision supervision, string who, ProbeStudent? student = null)
    {
        var options = student is { Unregularised: true } ? protocol.Probe with { L2 = 0, ChooseL2 = [] }
            : protocol.Probe;
        Loss loss = student is null ? new CrossEntropy() : student.Loss;
        return new(features, pair.Classes, loss, supervision, options with { Seed = Seeds.Derive(seed, who) });
    }

    private void Judge(int i, TrainingProgress point, LinearProbe probe, Action<int, IReadOnlyList<RunArm>> ended)
    {
        if (point.Step < point.Steps) return;
        using var scope = NewDisposeScope();
        var test = ProbeParts.Pick(pair.Strong, parts.Test);
        judged[i] = new Judged(probe.Accuracy(test, labels.Truth), probe.Accuracy(test, said), probe.L2);
        if (--left == 0) ended(seed, Arms());
    }

    private RunArm[] Arms()
    {
        bool[] chooses = [true, true, true, .. protocol.Students.Select(student => !student.Unregularised)];
        return [.. protocol.Arms(pair.Name, pair.WeakName, pair.StrongName).Select((facets, i) =>
        {
            var value = i == 0 ? teacher : judged[i - 1];
            var values = new Dictionary<string, double> { ["test accuracy"] = value.Accuracy };
            if (i > 0) values["test agreement"] = value.Agreement;
            if (protocol.Probe.ChooseL2.Count > 0 && chooses[i]) values["L2"] = value.L2;
            return new RunArm(facets, values);
        })];
    }

    private readonly record struct Judged(double Accuracy, double Agreement, double L2);
}
