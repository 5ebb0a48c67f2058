using TorchSharp;
using W2S.Losses;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>A probe whose penalty and steps are settled: as they were given, or by a fifth of its own labels.</summary>
/// <param name="Task">With nothing left to choose.</param>
/// <param name="HeldOut">The candidates, judged; empty where there was no choice.</param>
internal sealed record ProbeChoice(ProbeTask Task, IReadOnlyList<ProbeCandidate> HeldOut)
{
    private const int Parts = 5;

    /// <summary>Settles every task; the candidates of all of them train together.</summary>
    /// <param name="tasks">With or without something to choose.</param>
    /// <param name="train">Trains probes in the order of its tasks.</param>
    /// <exception cref="ArgumentException">There are too few samples to hold some out.</exception>
    public static IReadOnlyList<ProbeChoice> Of(
        IReadOnlyList<ProbeTask> tasks, Func<IReadOnlyList<ProbeTask>, IReadOnlyList<LinearProbe>> train)
    {
        if (!tasks.Any(Chooses)) return [.. tasks.Select(task => new ProbeChoice(task, []))];
        using var scope = NewDisposeScope();
        List<HeldOutPart> parts = [];
        var judged =
            tasks.Select(task => Chooses(task) ? (Part: PartOf(task), Candidates: Candidates(task)) : default)
                .ToArray();
        var probes = new Queue<LinearProbe>(train(
            [.. judged.Where(choice => choice.Part is not null).SelectMany(
                choice => choice.Candidates.Select(choice.Part.Train))]));
        return [.. tasks.Zip(judged,
            (task, choice) =>
                choice.Part is null ? new ProbeChoice(task, []) : Settle(task, choice.Part, choice.Candidates))];

        HeldOutPart PartOf(ProbeTask task)
        {
            var part = parts.Find(
                known => ReferenceEquals(known.Features, task.Features) && known.Seed == task.Options.Seed);
            if (part is null) parts.Add(part = new HeldOutPart(task.Features, task.Options.Seed));
            return part;
        }

        ProbeChoice Settle(ProbeTask task, HeldOutPart part, IReadOnlyList<ProbeTask> candidates)
        {
            List<ProbeCandidate> found = [];
            foreach (var candidate in candidates)
            {
                using var probe = probes.Dequeue();
                found.Add(new ProbeCandidate(candidate.Options.L2, candidate.Options.Steps, part.Judge(probe, task)));
            }
            var best = found.MinBy(candidate => candidate.CrossEntropy)!; // of equals the first
            return new ProbeChoice(task with { Options = Settled(task.Options, best.L2, best.Steps) }, found);
        }
    }

    private static bool Chooses(ProbeTask task) =>
        task.Options.ChooseL2.Count > 0 || task.Options.ChooseSteps.Count > 0;

    private static IReadOnlyList<ProbeTask> Candidates(ProbeTask task)
    {
        var options = task.Options;
        IReadOnlyList<double> penalties = options.ChooseL2.Count > 0 ? options.ChooseL2 : [options.L2];
        IReadOnlyList<int> steps = options.ChooseSteps.Count > 0 ? options.ChooseSteps : [options.Steps];
        return [.. penalties.SelectMany(l2 => steps.Select(count =>
            task with { Options = Settled(options, l2, count), Progress = null, Watch = null }))];
    }

    private static LinearProbeOptions Settled(LinearProbeOptions options, double l2, int steps) =>
        options with { L2 = l2, Steps = steps, ChooseL2 = [], ChooseSteps = [] };

    /// <summary>A fifth of the samples, which judges, and the rest, which trains: one draw for all probes of the same
    /// features and seed.</summary>
    private sealed class HeldOutPart
    {
        private readonly Tensor held, kept, heldFeatures, keptFeatures;

        public HeldOutPart(Tensor features, long seed)
        {
            (Features, Seed) = (features, seed);
            var count = (int)features.shape[0];
            if (count < Parts)
                throw new ArgumentException(
                    $"{count} samples are too few to hold a fifth out; give {Parts} or more, or L2 instead of ChooseL2",
                    nameof(features));
            var order = Enumerable.Range(0, count).Select(i => (long)i).ToArray();
            var random = new SeededRandom(Seeds.Derive(seed, "held out"));
            random.Shuffle<long>(order);
            held = tensor(order[..(count / Parts)], device: features.device);
            kept = tensor(order[(count / Parts)..], device: features.device);
            (heldFeatures, keptFeatures) = (features.index_select(0, held), features.index_select(0, kept));
        }

        public Tensor Features { get; }

        public long Seed { get; }

        public ProbeTask Train(ProbeTask task) => task.On(keptFeatures, kept);

        public double Judge(LinearProbe probe, ProbeTask task)
        {
            using var scope = NewDisposeScope();
            var own = task.Supervision.To(held.device).Rows(held);
            var batch = own.Batch(probe.Logits(heldFeatures), epoch: 0, epochs: 1);
            return task.Loss.Criterion(batch).item<float>();
        }
    }
}
