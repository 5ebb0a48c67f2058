using System.Diagnostics;
using TorchSharp;
using W2S.Losses;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>Adds up losses and hits on the device between reports, so that numbers leave it once a report.</summary>
internal sealed class LossMeter : IDisposable
{
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private Dictionary<string, double> diagnostics = [];
    private double? agreement;
    private long images, here;
    private TimeSpan paused, since;

    /// <summary>Names of what is added up.</summary>
    public string[] Names { get; private set; } = [];

    /// <summary>Steps added since the report before.</summary>
    public long Steps { get; private set; }

    /// <summary>The sums since the report before, float64, and with labels the right answers' behind the named ones;
    /// or null.</summary>
    public Tensor? Sums { get; private set; }

    /// <summary>Goes on from sums that were kept.</summary>
    public void Restore(string[] names, long steps, Tensor? sums, Device device)
    {
        Sums?.Dispose();
        (Names, Steps) = (names, steps);
        Sums = sums?.to(device, copy: true).DetachFromDisposeScope();
    }

    /// <summary>Adds a step; the tensors are read now and not kept.</summary>
    public void Add(LossParts parts, Tensor logits, Tensor? labels, Tensor? teacher, int count, bool report)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        Names = ["total", .. parts.Parts.Select(part => part.Name)];
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
        if (Sums is null)
            Sums = row.DetachFromDisposeScope();
        else
            Sums.add_(row, Numerics.One);
        Steps++;
        here++;
        images += count;
        if (report) Look(parts, logits, teacher);
    }

    /// <summary>Adds steps that the caller has summed: the total, its parts and, with labels, the accuracy.</summary>
    public void Add(
        string[] names, double[] sums, int steps, int images, Dictionary<string, double> diagnostics,
        double? agreement)
    {
        (Names, this.diagnostics, this.agreement) = (names, diagnostics, agreement);
        Sums?.Dispose();
        Sums = tensor(sums).DetachFromDisposeScope();
        Steps += steps;
        here += steps;
        this.images += images;
    }

    /// <summary>Takes time that is no training (evaluation, checkpoints) out of the speed.</summary>
    public IDisposable Pause()
    {
        var start = clock.Elapsed;
        return new Ending(() => paused += clock.Elapsed - start);
    }

    /// <summary>The means since the report before; starts the next ones.</summary>
    public TrainingProgress Report(long step, long total, double epoch, double epochs, double rate)
    {
        using var scope = NewDisposeScope();
        var values = Sums is null ? [] : Sums.cpu().data<double>().ToArray();
        Sums?.Dispose();
        Sums = null;
        var now = clock.Elapsed;
        var seconds = Math.Max(1e-9, (now - since - paused).TotalSeconds);
        var losses = new Dictionary<string, double>();
        foreach (var (name, value) in Names.Zip(values))
            losses[name] = losses.GetValueOrDefault(name) + value / Steps;
        var point = new TrainingProgress
        {
            Step = step,
            Steps = total,
            Epoch = epoch,
            Epochs = epochs,
            LearningRate = rate,
            Losses = losses,
            Accuracies = values.Length > Names.Length
                ? new Dictionary<string, double> { ["train"] = values[^1] / Steps } : TrainingProgress.Empty,
            Diagnostics = diagnostics,
            Agreement = agreement,
            ImagesPerSecond = images / seconds,
            Elapsed = now,
            Left = here == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(seconds / here * (total - step)),
        };
        (Steps, images, here, paused, since) = (0, 0, 0, TimeSpan.Zero, now);
        return point;
    }

    public void Dispose() => Sums?.Dispose();

    private void Look(LossParts parts, Tensor logits, Tensor? teacher)
    {
        diagnostics = [];
        foreach (var (name, value) in parts.Diagnostics)
            diagnostics[name] = value.cpu().to_type(ScalarType.Float64).mean().item<double>();
        agreement = teacher is null ? null
            : logits.argmax(1).eq(teacher.argmax(1)).to_type(ScalarType.Float32).mean().cpu().item<float>();
    }
}
