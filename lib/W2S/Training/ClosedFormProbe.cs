using System.Runtime.Intrinsics;
using TorchSharp;
using W2S.Losses;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>A probe whose loss states its gradient in the logits: no graph, no tensor in a step, one thread.</summary>
/// <remarks>A step of a probe is far too small to be shared among cores, and libtorch spends more time on starting its
/// operations than on them. So many probes train at a time, each on a thread of its own, and the numbers of one do not
/// depend on the others.</remarks>
internal sealed unsafe class ClosedFormProbe : ProbeTraining
{
    private readonly LogitTargets targets;
    private readonly LogitSample sample;
    private readonly AlignedFloats values, gradients, logits, bias;
    private readonly VectorUpdate update;
    private readonly float[]? weights, teacherWeights;
    private readonly int[] drawn;
    private readonly float*[] rows;
    private readonly string[] names;
    private readonly double[] sums;
    private readonly bool labelled;
    private readonly Dictionary<string, double> diagnostics = [];
    private readonly int classes;
    private int since;

    public ClosedFormProbe(ProbeFeatures features, ProbeTask task) : base(features, task)
    {
        using var scope = NewDisposeScope();
        var given = task.Supervision.To(CPU);
        // The loss itself says what it is made of, and what it lacks or does not fit.
        var few = arange(Math.Min(2, features.Count), ScalarType.Int64);
        var parts = task.Loss.Compute(Batch(0, features.Standard.index_select(0, few), zeros(few.shape[0], task.Classes), given.Rows(few)));
        targets = new LogitTargets(task.Classes, given.Labels, given.TeacherLogits, given.TrueLabels);
        sample = new LogitSample(targets, [.. parts.Parts.Select(part => part.Name)], [.. parts.Diagnostics.Select(x => x.Name)]);
        weights = Numbers(given.Weights);
        teacherWeights = Combine(weights, Numbers(given.TeacherWeights));
        labelled = given.Labels is not null;
        names = ["total", .. sample.Parts];
        sums = new double[names.Length + (labelled ? 1 : 0)];

        classes = targets.Padded;
        var length = (features.Stride + 1) * classes;
        (values, gradients, bias) = (new(length), new(length), new(classes));
        update = task.Options.Optimizer.Start(length);
        (drawn, rows) = (new int[Options.BatchSize], new float*[ProbeKernel.Pad(Options.BatchSize)]);
        logits = new((long)rows.Length * classes);
        var first = FirstWeights();
        for (var c = 0; c < task.Classes; c++)
        {
            for (var f = 0; f < features.Length; f++) values.Start[f * classes + c] = first[c * features.Length + f];
            Bias[c] = first[task.Classes * features.Length + c];
        }
    }

    private float* Bias => values.Start + Features.Stride * classes;

    public override void Dispose()
    {
        targets.Dispose();
        sample.Dispose();
        update.Dispose();
        values.Dispose();
        gradients.Dispose();
        logits.Dispose();
        bias.Dispose();
    }

    protected override (Tensor Weight, Tensor Bias) Weights()
    {
        var (weight, shift) = (new float[Task.Classes, Features.Length], new float[Task.Classes]);
        for (var c = 0; c < Task.Classes; c++)
        {
            for (var f = 0; f < Features.Length; f++) weight[c, f] = values.Start[f * classes + c];
            shift[c] = Bias[c];
        }
        return (tensor(weight), tensor(shift));
    }

    protected override void Step(int step, double rate, LossMeter meter, bool report)
    {
        Draw(drawn);
        for (var i = 0; i < rows.Length; i++) rows[i] = Features.Row(drawn[Math.Min(i, drawn.Length - 1)]);
        for (var c = 0; c < classes; c++) bias.Start[c] = c < Task.Classes ? Bias[c] : LogitSample.Never;
        fixed (float** starts = rows)
        {
            ProbeKernel.Forward(starts, rows.Length, Features.Length, values.Start, bias.Start, classes, logits.Start);
            var (right, agreed) = Differentiate(step);
            ProbeKernel.Backward(starts, drawn.Length, Features.Stride, logits.Start, classes, gradients.Start);
            ProbeKernel.Sum(logits.Start, drawn.Length, classes, gradients.Start + Features.Stride * classes);
            Count(right);
            if (report) Tell(meter, agreed);
        }
        if (Options.L2 > 0) Penalise();
        update.Step(values.Start, gradients.Start, rate);
    }

    // Turns every sample's logits into its share of the gradient.
    private (int Right, int Agreed) Differentiate(int step)
    {
        var (label, teacher) = (1 / Sum(weights), 1 / Sum(teacherWeights));
        var (right, agreed) = (0, 0);
        sample.StartBatch();
        (sample.Epoch, sample.Epochs) = (Epoch(step), Epochs);
        for (var i = 0; i < drawn.Length; i++)
        {
            var row = drawn[i];
            var z = logits.Start + (nint)i * classes;
            sample.Start(z, row, label * (weights?[row] ?? 1), teacher * (teacherWeights?[row] ?? 1));
            Task.Loss.Differentiate(sample);
            if (labelled && sample.Top == targets.Labels![row]) right++;
            if (targets.TeacherTops is { } tops && sample.Top == tops[row]) agreed++;
            sample.Finish(z);
        }
        return (right, agreed);
    }

    // Where all weights are 0 the mean is 0: then any divisor does.
    private double Sum(float[]? weights)
    {
        if (weights is null) return drawn.Length;
        var sum = 0.0;
        foreach (var row in drawn) sum += weights[row];
        return sum == 0 ? 1 : sum;
    }

    private void Count(int right)
    {
        var parts = sample.Sums;
        for (var i = 0; i < parts.Length; i++)
        {
            sums[0] += parts[i];
            sums[i + 1] += parts[i];
        }
        if (labelled) sums[^1] += right / (double)drawn.Length;
        since++;
    }

    private void Tell(LossMeter meter, int agreed)
    {
        for (var i = 0; i < sample.Watched.Length; i++) diagnostics[sample.Watched[i]] = sample.WatchedSums[i] / drawn.Length;
        meter.Add(names, sums, since, since * drawn.Length, labelled, diagnostics,
            targets.TeacherTops is null ? null : agreed / (double)drawn.Length);
        Array.Clear(sums);
        since = 0;
    }

    // The gradient of λ/2·‖W‖²: the bias is free.
    private void Penalise()
    {
        var strength = Vector256.Create((float)Options.L2);
        for (var i = 0; i < Features.Stride * classes; i += 8)
            Vector256.FusedMultiplyAdd(strength, Vector256.Load(values.Start + i), Vector256.Load(gradients.Start + i)).Store(gradients.Start + i);
    }

    private static float[]? Numbers(Tensor? weights) => weights is null ? null : [.. weights.to_type(ScalarType.Float32).data<float>()];

    private static float[]? Combine(float[]? weights, float[]? others) =>
        weights is null || others is null ? weights ?? others : [.. weights.Zip(others, (a, b) => a * b)];
}
