using TorchSharp;
using W2S.Losses;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>Settles what probes leave open, their penalty and steps, by a fifth of their own labels.</summary>
internal static class ProbeChoice
{
    private const int Parts = 5;

    /// <summary>Settles every task; the candidates of all of them train together.</summary>
    /// <param name="tasks">With or without something to choose.</param>
    /// <param name="train">Trains probes in the order of its tasks.</param>
    /// <returns>The tasks with nothing left to choose.</returns>
    /// <exception cref="ArgumentException">There are too few samples to hold some out.</exception>
    public static IReadOnlyList<ProbeTask> Of(
        IReadOnlyList<ProbeTask> tasks, Func<IReadOnlyList<ProbeTask>, IReadOnlyList<LinearProbe>> train)
    {
        if (!tasks.Any(Chooses)) return tasks;
        using var scope = NewDisposeScope();
        List<HeldOutPart> parts = [];
        var open = tasks.Select(task => (Candidates: Candidates(task), Part: Chooses(task) ? PartOf(task) : null))
            .ToArray();
        var probes = new Queue<LinearProbe>(train(
            [.. open.SelectMany(choice => choice.Part is { } part ? choice.Candidates.Select(part.Train) : [])]));
        return [.. open.Select(choice => choice.Part is { } part
            ? choice.Candidates.MinBy(candidate => Judge(part, candidate))! // of equals the first
            : choice.Candidates[0])];

        HeldOutPart PartOf(ProbeTask task)
        {
            var part = parts.Find(
                known => ReferenceEquals(known.Features, task.Features) && known.Seed == task.Options.Seed);
            if (part is null) parts.Add(part = new HeldOutPart(task.Features, task.Options.Seed));
            return part;
        }

        double Judge(HeldOutPart part, ProbeTask candidate)
        {
            using var probe = probes.Dequeue();
            return part.Judge(probe, candidate);
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
            task with { Options = options with { L2 = l2, Steps = count, ChooseL2 = [], ChooseSteps = [] } }))];
    }

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

        /// <summary>The task on the samples that train; what is made is owned by the current dispose scope.</summary>
        public ProbeTask Train(ProbeTask task) => task with
        {
            Features = keptFeatures,
            Supervision = task.Supervision.To(kept.device).Rows(kept),
            Progress = null,
            Watch = null,
        };

        /// <summary>The cross entropy of a probe to the labels that are held out.</summary>
        public double Judge(LinearProbe probe, ProbeTask task)
        {
            using var scope = NewDisposeScope();
            var own = task.Supervision.To(held.device).Rows(held);
            var batch = own.Batch(probe.Logits(heldFeatures), epoch: 0, epochs: 1);
            return task.Loss.Criterion(batch).item<float>();
        }
    }
}
