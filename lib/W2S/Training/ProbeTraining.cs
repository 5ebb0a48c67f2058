using TorchSharp;
using W2S.Losses;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>The training of one linear probe: its batches, its learning rate and its reports; a step is the kinds'
/// own.</summary>
internal abstract class ProbeTraining : IDisposable
{
    private SeededRandom draws;

    protected ProbeTraining(ProbeFeatures features, ProbeTask task)
    {
        (Features, Task) = (features, task);
        draws = new SeededRandom(Seeds.Derive(Options.Seed, Seeds.Shuffling));
        Epochs = (double)Options.Steps * Options.BatchSize / features.Count;
    }

    /// <summary>One in closed form where loss and optimizer have that and the features lie in the CPU's memory, else
    /// one by the graph.</summary>
    public static ProbeTraining Start(ProbeFeatures features, ProbeTask task) =>
        task.Loss.HasClosedForm && task.Options.Optimizer is IVectorOptimizer optimizer
            && optimizer.GetType().Assembly == typeof(Adam).Assembly // one derived from Adam has an update of its own
            && task.Options.Mixup == 0 && task.Teach is null && features.Standard.device.type == DeviceType.CPU
            ? new ClosedFormProbe(features, task, optimizer)
            : new GraphProbe(features, task);

    protected ProbeFeatures Features { get; }

    protected ProbeTask Task { get; }

    protected LinearProbeOptions Options => Task.Options;

    /// <summary>Passes over the samples in the whole run.</summary>
    protected double Epochs { get; }

    /// <summary>Trains it.</summary>
    /// <param name="gate">Held while the task's progress and watcher are called.</param>
    /// <param name="token">Asked before every step.</param>
    public LinearProbe Run(Lock gate, CancellationToken token)
    {
        List<TrainingProgress> history = [];
        using var meter = new LossMeter();
        for (var step = 0; step < Options.Steps; step++)
        {
            token.ThrowIfCancellationRequested();
            var rate = Options.Optimizer.LearningRate * Options.Schedule.Factor(Epochs * step / Options.Steps, Epochs);
            var report = (step + 1) % Options.ReportEvery == 0 || step + 1 == Options.Steps;
            Step(step, rate, meter, report);
            if (!report) continue;
            var point = meter.Report(step + 1, Options.Steps, Epochs * (step + 1) / Options.Steps, Epochs, rate);
            if (point.Losses.FirstOrDefault(one => !double.IsFinite(one.Value)) is { Key: { } part, Value: var value })
                throw new NotFiniteException(
                    $"the probe's loss '{part}' became {value} between steps "
                    + $"{step / Options.ReportEvery * Options.ReportEvery + 1} and {step + 1}; "
                    + "lower the learning rate or check features and logits")
                { Step = step + 1 };
            history.Add(point);
            lock (gate) Tell(point);
        }
        return Make(history);

        void Tell(TrainingProgress point)
        {
            Task.Progress?.Report(point);
            if (Task.Watch is null) return;
            using var probe = Make([.. history]);
            Task.Watch(point, probe);
        }

        LinearProbe Make(IReadOnlyList<TrainingProgress> soFar)
        {
            using var _ = no_grad();
            using var scope = NewDisposeScope();
            var (weight, bias) = Weights();
            return new LinearProbe(Features.Mean.clone(), Features.Deviation.clone(), weight, bias, soFar)
            {
                L2 = Options.L2,
                Steps = Options.Steps,
            };
        }
    }

    public abstract void Dispose();

    /// <summary>One update on the next batch.</summary>
    protected abstract void Step(int step, double rate, LossMeter meter, bool report);

    /// <summary>Copies of [C, F] and [C].</summary>
    protected abstract (Tensor Weight, Tensor Bias) Weights();

    /// <summary>The samples of the next batch.</summary>
    protected void Draw(Span<int> rows)
    {
        foreach (ref var row in rows) row = draws.Next(Features.Count);
    }

    /// <summary>The first weights: C·F of the classes one after the other, then C biases, uniform within
    /// 1/√F.</summary>
    protected float[] FirstWeights()
    {
        var random = new SeededRandom(Seeds.Derive(Options.Seed, Seeds.Initialisation));
        var bound = 1 / Math.Sqrt(Features.Length);
        var values = new float[Task.Classes * (Features.Length + 1)];
        for (var i = 0; i < values.Length; i++) values[i] = (float)random.NextDouble(-bound, bound);
        return values;
    }

    /// <summary>What the loss may look at.</summary>
    protected LossBatch Batch(int step, Tensor features, Tensor logits, Supervision given) =>
        given.Batch(logits, Epoch(step), Epochs) with { StudentFeatures = new LossFeatures(features, []) };

    protected double Epoch(int step) => Epochs * step / Options.Steps;
}
