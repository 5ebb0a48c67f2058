using TorchSharp;
using W2S.Losses;
using W2S.Models.Weights;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>A linear classifier on features that were computed once.</summary>
/// <remarks>Logits are W·(x − mean)/std + b. Protocol of openai/weak-to-strong: features standardised by the training
/// part, Adam, batches with replacement, cosine to 0; with any loss in the place of its cross entropy. On the CPU it
/// computes with one thread: its steps are too small to share, and several probes may run side by side.</remarks>
public sealed class LinearProbe : IDisposable
{
    private readonly Tensor mean, deviation, weight, bias;

    private LinearProbe(Tensor mean, Tensor deviation, Tensor weight, Tensor bias,
        IReadOnlyList<TrainingProgress> history)
    {
        this.mean = mean.DetachFromDisposeScope();
        this.deviation = deviation.DetachFromDisposeScope();
        this.weight = weight.DetachFromDisposeScope();
        this.bias = bias.DetachFromDisposeScope();
        History = history;
    }

    /// <summary>The number of classes C.</summary>
    public int Classes => (int)weight.shape[0];

    /// <summary>The number of features F of an image.</summary>
    public int FeatureCount => (int)weight.shape[1];

    /// <summary>A point for every report.</summary>
    public IReadOnlyList<TrainingProgress> History { get; }

    /// <summary>Trains a probe.</summary>
    /// <param name="features">float32 [N, F].</param>
    /// <param name="classes">The number of classes C.</param>
    /// <param name="loss">Any loss that needs logits alone, or pooled features.</param>
    /// <param name="supervision">Labels, teacher logits or both, a row for each sample.</param>
    /// <param name="options">How; the defaults where null.</param>
    /// <param name="progress">Hears of every report.</param>
    /// <param name="token">Stops the training.</param>
    /// <param name="watch">Is shown the probe as it is at every report, for instance to judge it over time; the probe
    /// is disposed after the call.</param>
    /// <returns>The probe; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">Shapes do not fit, a label is outside the classes, a feature, logit or
    /// weight is no number that can be learned from, the loss lacks something, or weighted samples are to be
    /// mixed.</exception>
    /// <exception cref="NotFiniteException">The loss became NaN or infinite; the message says at which
    /// step.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="token"/> was cancelled.</exception>
    public static LinearProbe Train(
        Tensor features, int classes, Loss loss, Supervision supervision, LinearProbeOptions? options = null,
        IProgress<TrainingProgress>? progress = null, CancellationToken token = default,
        Action<TrainingProgress, LinearProbe>? watch = null)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(supervision);
        CheckFeatures(features);
        if (classes < 2)
            throw new ArgumentOutOfRangeException(nameof(classes), classes,
                $"{classes} classes cannot be told apart; give 2 or more");
        supervision.Check(features.shape[0], classes);
        options ??= new LinearProbeOptions();
        if (options.Mixup > 0) supervision.CheckMixable();
        using var one = Devices.OneThread();
        using var here = features.to(Devices.ForLosses(features.device));
        using var training = new ProbeTraining(here, classes, loss, supervision, options);
        var history = training.Run(progress, token, watch is null ? null : (point, soFar) =>
        {
            using var probe = training.Finish((m, d, w, b) => new LinearProbe(m.clone(), d.clone(), w, b, soFar));
            watch(point, probe);
        });
        return training.Finish((m, d, w, b) => new LinearProbe(m, d, w, b, history));
    }

    /// <summary>Writes the probe into a file: its weights and the standardisation of its features, not its
    /// history.</summary>
    /// <param name="path">The file; one that is there is replaced whole.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(string path) => SafeTensorsFile.Write(
        path, new Dictionary<string, Tensor>
        {
            ["mean"] = mean,
            ["deviation"] = deviation,
            ["weight"] = weight,
            ["bias"] = bias
        });

    /// <summary>Reads a probe that <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The probe, on the CPU and without history; the caller disposes it.</returns>
    /// <exception cref="WeightFileException">The file is missing, damaged, or holds no probe.</exception>
    public static LinearProbe Load(string path)
    {
        using var scope = NewDisposeScope();
        var tensors = SafeTensorsFile.Read(path);
        return new LinearProbe(Of("mean"), Of("deviation"), Of("weight"), Of("bias"), []);

        Tensor Of(string name) => tensors.TryGetValue(name, out var tensor)
            ? tensor
            : throw new WeightFileException(
                $"{path} holds no linear probe: '{name}' is missing; give a file that LinearProbe.Save wrote");
    }

    /// <summary>The probe's logits.</summary>
    /// <param name="features">float32 [N, F].</param>
    /// <returns>float32 [N, C], without gradient, owned by the current dispose scope.</returns>
    /// <exception cref="ArgumentException">The features have another length or type, or one is not finite.</exception>
    public Tensor Logits(Tensor features)
    {
        CheckFeatures(features);
        if (features.shape[1] != FeatureCount)
            throw new ArgumentException(
                $"features of shape [{string.Join(", ", features.shape)}] for a probe of {FeatureCount}; give "
                + $"[samples, {FeatureCount}]", nameof(features));
        using var _ = no_grad();
        using var here = features.to(mean.device);
        using var standard = here.sub(mean).div_(deviation);
        return nn.functional.linear(standard, weight, bias);
    }

    /// <summary>The share of samples whose largest logit is their label's.</summary>
    /// <param name="features">float32 [N, F].</param>
    /// <param name="labels">N class numbers.</param>
    /// <returns>0 … 1.</returns>
    /// <exception cref="ArgumentException">Shapes do not fit, a label is outside the classes, or a feature is not
    /// finite.</exception>
    public double Accuracy(Tensor features, IReadOnlyList<long> labels)
    {
        Checks.Labels(labels, Classes);
        using var scope = NewDisposeScope();
        var logits = Logits(features);
        if (labels.Count != logits.shape[0])
            throw new ArgumentException($"{labels.Count} labels for {logits.shape[0]} samples; give one each",
                nameof(labels));
        Checks.Logits(logits);
        return logits.argmax(1).eq(tensor(labels.ToArray(), device: logits.device)).to_type(ScalarType.Float32).mean()
            .item<float>();
    }

    private static void CheckFeatures(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (features.dim() != 2 || features.shape[0] == 0 || features.dtype != ScalarType.Float32)
            throw new ArgumentException(
                $"features are {features.dtype} {features.Shape()}; give float32 [samples, features]",
                nameof(features));
        Checks.Features(features);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        mean.Dispose();
        deviation.Dispose();
        weight.Dispose();
        bias.Dispose();
    }
}
