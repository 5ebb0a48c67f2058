using TorchSharp;
using W2S.Data.Batches;
using W2S.Losses;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>A probe whose gradient comes from the graph of its loss: any loss, mixed batches, any device.</summary>
internal sealed class GraphProbe : ProbeTraining
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly Tensor weight, bias;
    private readonly Supervision supervision;
    private readonly FlatParameters parameters;

    public GraphProbe(ProbeFeatures features, ProbeTask task) : base(features, task)
    {
        var device = features.Standard.device;
        supervision = task.Supervision.To(device);
        var first = tensor(FirstWeights());
        var count = task.Classes * features.Length;
        weight = first.narrow(0, 0, count).reshape(task.Classes, features.Length).to(device, copy: true)
            .requires_grad_();
        bias = first.narrow(0, count, task.Classes).to(device, copy: true).requires_grad_();
        var decay = Options.Optimizer.WeightDecay;
        parameters = new FlatParameters(
            [new("weight", weight, 1, decay), new("bias", bias, 1, decay)], Options.Optimizer);
    }

    public override void Dispose() => scope.Dispose();

    protected override (Tensor Weight, Tensor Bias) Weights() => (weight.detach().clone(), bias.detach().clone());

    protected override void Step(int step, double rate, LossMeter meter, bool report)
    {
        using var inner = NewDisposeScope();
        var drawn = new int[Options.BatchSize];
        Draw(drawn);
        var rows = tensor(drawn.Select(row => (long)row).ToArray(), device: weight.device);
        var (x, given) = (Features.Standard.index_select(0, rows), supervision.Rows(rows));
        var plain = Task.Loss.NeedsPlain(Epoch(step), Epochs)
            ? nn.functional.linear(x, weight, bias).detach() : null;
        var lambda = Lambda(step);
        if (lambda is { } share) (x, given) = (Supervision.Mix(x, share), given.Mixed(share, Task.Classes));
        var logits = nn.functional.linear(x, weight, bias);
        var batch = Batch(step, x, logits, given) with { PlainLogits = plain, Lambda = lambda };
        var parts = Task.Loss.Compute(Task.Teach is { } teach ? teach(batch, drawn) : batch);
        parameters.Gradients.zero_();
        parts.Total.backward();
        if (Options.L2 > 0) Penalise();
        parameters.Step(rate, step + 1);
        meter.Add(parts, logits, given.Labels, given.TeacherLogits, Options.BatchSize, report);
        ProcessSettings.ReleaseMemory();
    }

    // The gradient of λ/2·‖W‖².
    private void Penalise()
    {
        using var _ = no_grad();
        using var scalar = Options.L2.ToScalar();
        weight.grad!.add_(weight, scalar);
    }

    // λ of a step, by step alone.
    private double? Lambda(int step)
    {
        if (Options.Mixup == 0) return null;
        var random = new SeededRandom(Seeds.Derive(Seeds.Derive(Options.Seed, "mixing"), step));
        return MixOptions.Beta(ref random, Options.Mixup);
    }
}
