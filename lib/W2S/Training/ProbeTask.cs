using TorchSharp;
using W2S.Losses;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>A linear probe that is to be trained: one of many for <see cref="LinearProbe.TrainMany"/>.</summary>
/// <param name="Features">float32 [N, F]; probes that are given the same tensor share one standardised copy of
/// it.</param>
/// <param name="Classes">C.</param>
/// <param name="Loss">Any loss that needs logits alone, or pooled features.</param>
/// <param name="Supervision">Labels, teacher logits or both, a row for each sample.</param>
/// <param name="Options">How it is trained.</param>
public sealed record ProbeTask(
    Tensor Features, int Classes, Loss Loss, Supervision Supervision, LinearProbeOptions Options)
{
    /// <summary>Hears of every report of this probe.</summary>
    /// <value>Null: nobody does.</value>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Is shown the probe as it is at every report; the probe is disposed after the call.</summary>
    /// <value>Null: nobody is.</value>
    public Action<TrainingProgress, LinearProbe>? Watch { get; init; }

    /// <summary>Is given every batch with the samples that it has, before the loss is, and returns what the loss sees:
    /// for teachers that change while the probe learns, as <see cref="Losses.WeakToStrong.Raven"/>'s do. Such a probe
    /// trains by the graph, and with the penalty and steps that are given.</summary>
    /// <value>Null: the loss sees what supervises.</value>
    public Func<LossBatch, IReadOnlyList<int>, LossBatch>? Teach { get; init; }

    /// <exception cref="ArgumentException">Something does not fit or is no number to learn from, weighted samples are
    /// to be mixed, or a teacher that changes has something to be chosen or mixed.</exception>
    internal void Check()
    {
        ArgumentNullException.ThrowIfNull(Loss, "loss");
        ArgumentNullException.ThrowIfNull(Supervision, "supervision");
        ArgumentNullException.ThrowIfNull(Options, "options");
        LinearProbe.CheckFeatures(Features);
        if (Classes < 2)
            throw new ArgumentOutOfRangeException("classes", Classes,
                $"{Classes} classes cannot be told apart; give 2 or more");
        Supervision.Check(Features.shape[0], Classes);
        if (Options.Mixup > 0) Supervision.CheckMixable();
        if (Teach is not null && (Options.ChooseL2.Count > 0 || Options.ChooseSteps.Count > 0 || Options.Mixup > 0))
            throw new ArgumentException(
                $"a teacher that changes with the probe serves one training: give L2 and Steps instead of ChooseL2 and "
                + "ChooseSteps, and no Mixup");
    }
}
