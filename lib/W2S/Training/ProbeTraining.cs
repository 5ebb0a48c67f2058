using TorchSharp;
using W2S.Data.Batches;
using W2S.Losses;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>The training of one linear probe.</summary>
internal sealed class ProbeTraining : IDisposable
{
    private readonly LinearProbeOptions options;
    private readonly Loss loss;
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly Tensor mean, deviation, standard, weight, bias, batches;
    private readonly Supervision supervision;
    private readonly FlatParameters parameters;
    private readonly OptimizerState optimizer;

    public ProbeTraining(Tensor features, int classes, Loss loss, Supervision supervision, LinearProbeOptions options)
    {
        this.loss = loss;
        this.options = options;
        var device = features.device;
        (mean, deviation) = Statistics(features, options.Standardize);
        standard = features.detach().sub(mean).div_(deviation);
        this.supervision = supervision.To(device);
        var random = new SeededRandom(Seeds.Derive(options.Seed, Seeds.Initialisation));
        var bound = 1 / Math.Sqrt(features.shape[1]);
        weight = Uniform(ref random, bound, [classes, features.shape[1]]).to(device).requires_grad_();
        bias = Uniform(ref random, bound, [classes]).to(device).requires_grad_();
        batches = Draw((int)features.shape[0]).to(device);
        var decay = options.Optimizer.WeightDecay;
        parameters = new FlatParameters([new("weight", weight, 1, decay), new("bias", bias, 1, decay)]);
        optimizer = options.Optimizer.Start(parameters);
    }

    public IReadOnlyList<TrainingProgress> Run(
        IProgress<TrainingProgress>? progress, CancellationToken token,
        Action<TrainingProgress, IReadOnlyList<TrainingProgress>>? watch = null)
    {
        List<TrainingProgress> history = [];
        var epochs = (double)options.Steps * options.BatchSize / standard.shape[0];
        using var meter = new LossMeter();
        for (var step = 0; step < options.Steps; step++)
        {
            token.ThrowIfCancellationRequested();
            var rate = options.Optimizer.LearningRate * options.Schedule.Factor(epochs * step / options.Steps, epochs);
            var report = (step + 1) % options.ReportEvery == 0 || step + 1 == options.Steps;
            Step(step, epochs, rate, meter, report);
            ProcessSettings.ReleaseMemory();
            if (!report) continue;
            var point = meter.Report(step + 1, options.Steps, epochs * (step + 1) / options.Steps, epochs, rate);
            if (point.Losses.FirstOrDefault(part => !double.IsFinite(part.Value)) is
                {
                    Key: { } part,
                    Value: var value
                })
                throw new NotFiniteException(
                    $"the probe's loss '{part}' became {value} between steps "
                    + $"{step / options.ReportEvery * options.ReportEvery + 1} and {step + 1}; lower the learning "
                        + "rate or check features and logits");
            history.Add(point);
            progress?.Report(point);
            watch?.Invoke(point, [.. history]);
        }
        return history;
    }

    public LinearProbe Finish(Func<Tensor, Tensor, Tensor, Tensor, LinearProbe> make)
    {
        using var _ = no_grad();
        return make(mean, deviation, weight.detach().clone(), bias.detach().clone());
    }

    public void Dispose()
    {
        optimizer.Dispose();
        parameters.Dispose();
        scope.Dispose();
    }

    private void Step(int step, double epochs, double rate, LossMeter meter, bool report)
    {
        using var inner = NewDisposeScope();
        var rows = batches[step];
        var (epoch, x, given) = (epochs * step / options.Steps, standard.index_select(0, rows), supervision.Rows(rows));
        var plain = loss is IPlainImageLoss asks && asks.NeedsPlain(epoch, epochs)
            ? nn.functional.linear(x, weight, bias).detach() : null;
        var lambda = Lambda(step);
        if (lambda is { } share) (x, given) = (Supervision.Mix(x, share), given.Mixed(share, (int)weight.shape[0]));
        var logits = nn.functional.linear(x, weight, bias);
        var parts = loss.Compute(new LossBatch(logits)
        {
            Labels = given.Labels,
            TeacherLogits = given.TeacherLogits,
            TrueLabels = given.TrueLabels,
            Weights = given.Weights,
            TeacherWeights = given.TeacherWeights,
            StudentFeatures = new LossFeatures(x, []),
            PlainLogits = plain,
            Lambda = lambda,
            Epoch = epoch,
            Epochs = epochs,
        });
        parameters.Gradients.zero_();
        parts.Total.backward();
        optimizer.Step(rate);
        meter.Add(parts, logits, given.Labels, given.TeacherLogits, options.BatchSize, report);
    }

    // λ of a step, by step alone.
    private double? Lambda(int step)
    {
        if (options.Mixup == 0) return null;
        var random = new SeededRandom(Seeds.Derive(Seeds.Derive(options.Seed, "mixing"), step));
        return MixOptions.Beta(ref random, options.Mixup);
    }

    private static (Tensor Mean, Tensor Deviation) Statistics(Tensor features, bool standardize)
    {
        if (!standardize)
            return (zeros(features.shape[1], device: features.device),
                ones(features.shape[1], device: features.device));
        using var _ = no_grad();
        var mean = features.mean([0]);
        // A feature that never changes stays at 0 instead of becoming 0/0.
        var deviation = features.shape[0] == 1 ? ones_like(mean) : features.std(0);
        using var least = 1e-6.ToScalar();
        return (mean, deviation.clamp_min(least));
    }

    private static Tensor Uniform(ref SeededRandom random, double bound, long[] shape)
    {
        var values = new float[shape.Aggregate((a, b) => a * b)];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)random.NextDouble(-bound, bound);
        return tensor(values).reshape(shape);
    }

    // All batches of the run: int64 [steps, batch].
    private Tensor Draw(int samples)
    {
        var random = new SeededRandom(Seeds.Derive(options.Seed, Seeds.Shuffling));
        var rows = new long[(long)options.Steps * options.BatchSize];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = random.Next(samples);
        return tensor(rows).reshape(options.Steps, options.BatchSize);
    }
}
