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
    private readonly LogitBatches batches;
    private readonly AlignedFloats logits, bias;
    private readonly VectorParameters parameters;
    private readonly IVectorOptimizer optimizer;
    private readonly int[] drawn;
    private readonly float*[] rows;
    private readonly string[] names;
    private readonly double[] sums;
    private readonly int classes;
    private int since;

    public ClosedFormProbe(ProbeFeatures features, ProbeTask task, IVectorOptimizer optimizer) : base(features, task)
    {
        this.optimizer = optimizer;
        using (NewDisposeScope())
        {
            // The features stand where the logits of the whole set would: nobody looks at those.
            batches = new LogitBatches(task.Loss,
                Batch(0, features.Standard, features.Standard, task.Supervision.To(CPU)), task.Classes);
        }
        names = ["total", .. batches.Sample.Parts];
        sums = new double[names.Length + (batches.Labelled ? 1 : 0)];
        classes = batches.Padded;
        (parameters, bias) = (new((features.Stride + 1) * classes), new(classes));
        (drawn, rows) = (new int[Options.BatchSize], new float*[ProbeKernel.Pad(Options.BatchSize)]);
        logits = new((long)rows.Length * classes);
        var first = FirstWeights();
        var values = parameters.Values;
        for (var c = 0; c < task.Classes; c++)
        {
            for (var f = 0; f < features.Length; f++) values[f * classes + c] = first[c * features.Length + f];
            Bias[c] = first[task.Classes * features.Length + c];
        }
    }

    private float* Bias => parameters.Values + Features.Stride * classes;

    public override void Dispose()
    {
        batches.Dispose();
        parameters.Dispose();
        logits.Dispose();
        bias.Dispose();
    }

    protected override (Tensor Weight, Tensor Bias) Weights()
    {
        var (weight, shift) = (new float[Task.Classes, Features.Length], new float[Task.Classes]);
        for (var c = 0; c < Task.Classes; c++)
        {
            for (var f = 0; f < Features.Length; f++) weight[c, f] = parameters.Values[f * classes + c];
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
            ProbeKernel.Forward(
                starts, rows.Length, Features.Length, parameters.Values, bias.Start, classes, logits.Start);
            var (right, agreed) = batches.Differentiate(drawn, logits.Start, Epoch(step));
            var gradients = parameters.Gradients;
            ProbeKernel.Backward(starts, drawn.Length, Features.Stride, logits.Start, classes, gradients);
            ProbeKernel.Sum(logits.Start, drawn.Length, classes, gradients + Features.Stride * classes);
            Count(right);
            if (report) Tell(meter, agreed);
        }
        if (Options.L2 > 0) Penalise();
        optimizer.Update(parameters, rate, step + 1);
    }

    private void Count(int right)
    {
        var parts = batches.Sample.Sums;
        for (var i = 0; i < parts.Length; i++)
        {
            sums[0] += parts[i];
            sums[i + 1] += parts[i];
        }
        if (batches.Labelled) sums[^1] += right / (double)drawn.Length;
        since++;
    }

    private void Tell(LossMeter meter, int agreed)
    {
        var sample = batches.Sample;
        var diagnostics = new Dictionary<string, double>();
        for (var i = 0; i < sample.Watched.Length; i++)
            diagnostics[sample.Watched[i]] = sample.WatchedSums[i] / drawn.Length;
        double? agreement = batches.Taught ? agreed / (double)drawn.Length : null;
        meter.Add(names, sums, since, since * drawn.Length, diagnostics, agreement);
        Array.Clear(sums);
        since = 0;
    }

    // The gradient of λ/2·‖W‖²: the bias is free.
    private void Penalise()
    {
        var strength = Vector256.Create((float)Options.L2);
        float* values = parameters.Values, gradients = parameters.Gradients;
        for (var i = 0; i < Features.Stride * classes; i += 8)
        {
            Vector256.FusedMultiplyAdd(strength, Vector256.Load(values + i), Vector256.Load(gradients + i))
                .Store(gradients + i);
        }
    }
}
