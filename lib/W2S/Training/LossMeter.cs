using System.Diagnostics;
using TorchSharp;
using W2S.Losses;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>Adds up losses and hits on the device between reports, so that numbers leave it once a report.</summary>
internal sealed class LossMeter : IDisposable
{
    // An implicit factor 1 may be freed while libtorch reads it.
    private static readonly Scalar One = 1.ToScalar();
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private string[] names = [];
    private Tensor? sums;
    private Dictionary<string, double> diagnostics = [];
    private double? agreement;
    private bool labelled;
    private long steps, images, here;
    private TimeSpan paused, since;

    /// <summary>Names of what is added up.</summary>
    public string[] Names => names;

    /// <summary>Steps added since the report before.</summary>
    public long Steps => steps;

    /// <summary>The sums since the report before, float64, or null.</summary>
    public Tensor? Sums => sums;

    /// <summary>Goes on from sums that were kept.</summary>
    public void Restore(string[] names, long steps, Tensor? sums, Device device)
    {
        this.sums?.Dispose();
        (this.names, this.steps) = (names, steps);
        this.sums = sums?.to(device, copy: true).DetachFromDisposeScope();
        labelled = sums is not null && sums.shape[0] > names.Length;
    }

    /// <summary>Adds a step; the tensors are read now and not kept.</summary>
    public void Add(LossParts parts, Tensor logits, Tensor? labels, Tensor? teacher, int count, bool report)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        labelled = labels is not null;
        names = ["total", .. parts.Parts.Select(part => part.Name)];
        var values = new List<Tensor> { parts.Total.detach() };
        values.AddRange(parts.Parts.Select(part => part.Value.detach()));
        if (labels is not null)
        {
            var classes = labels.dim() == 1 ? labels : labels.argmax(1);
            values.Add(logits.argmax(1).eq(classes).to_type(ScalarType.Float32).mean());
        }
        for (var i = 0; i < values.Count; i++)
            values[i] = values[i].to_type(ScalarType.Float64);
        var row = stack(values);
        if (sums is null)
            sums = row.DetachFromDisposeScope();
        else
            sums.add_(row, One);
        steps++;
        here++;
        images += count;
        if (report) Look(parts, logits, teacher);
    }

    /// <summary>Adds steps that the caller has summed: the total, its parts and, with labels, the accuracy.</summary>
    public void Add(
        string[] names, double[] sums, int steps, int images, bool labelled,
        Dictionary<string, double> diagnostics, double? agreement)
    {
        (this.names, this.labelled, this.diagnostics, this.agreement) = (names, labelled, diagnostics, agreement);
        this.sums?.Dispose();
        this.sums = tensor(sums).DetachFromDisposeScope();
        this.steps += steps;
        here += steps;
        this.images += images;
    }

    /// <summary>Takes time that is no training (evaluation, checkpoints) out of the speed.</summary>
    public IDisposable Pause() => new Pausing(this);

    /// <summary>The means since the report before; starts the next ones.</summary>
    public TrainingProgress Report(long step, long total, double epoch, double epochs, double rate)
    {
        using var scope = NewDisposeScope();
        var values = sums is null ? [] : sums.cpu().data<double>().ToArray();
        sums?.Dispose();
        sums = null;
        var now = clock.Elapsed;
        var seconds = Math.Max(1e-9, (now - since - paused).TotalSeconds);
        var losses = new Dictionary<string, double>();
        for (var i = 0; i < names.Length && i < values.Length; i++)
            losses[names[i]] = losses.GetValueOrDefault(names[i]) + values[i] / steps;
        var point = new TrainingProgress
        {
            Step = step,
            Steps = total,
            Epoch = epoch,
            Epochs = epochs,
            LearningRate = rate,
            Losses = losses,
            Accuracies = labelled && values.Length > 0
                ? new Dictionary<string, double> { ["train"] = values[^1] / steps } : TrainingProgress.Empty,
            Diagnostics = diagnostics,
            Agreement = agreement,
            ImagesPerSecond = images / seconds,
            Elapsed = now,
            Left = here == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(seconds / here * (total - step)),
        };
        (steps, images, here, paused, since) = (0, 0, 0, TimeSpan.Zero, now);
        return point;
    }

    public void Dispose() => sums?.Dispose();

    private void Look(LossParts parts, Tensor logits, Tensor? teacher)
    {
        diagnostics = [];
        foreach (var (name, value) in parts.Diagnostics)
            diagnostics[name] = value.cpu().to_type(ScalarType.Float64).mean().item<double>();
        agreement = teacher is null ? null
            : logits.argmax(1).eq(teacher.argmax(1)).to_type(ScalarType.Float32).mean().cpu().item<float>();
    }

    private sealed class Pausing(LossMeter meter) : IDisposable
    {
        private readonly TimeSpan start = meter.clock.Elapsed;

        public void Dispose() => meter.paused += meter.clock.Elapsed - start;
    }
}
