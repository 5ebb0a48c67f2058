using TorchSharp;
using W2S.Losses;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>What the updates of a run are made on: batches of images, or few-shot tasks. Tensors that it makes are
/// owned by the current dispose scope.</summary>
/// <param name="run">The run.</param>
/// <param name="device">Where its networks are.</param>
internal abstract class TrainingInput(TrainingRun run, Device device) : IDisposable
{
    protected TrainingRun Run { get; } = run;

    protected Device Device { get; } = device;

    /// <summary>Where losses are computed.</summary>
    protected Device Judge { get; } = Devices.ForLosses(device);

    /// <summary>How many updates an epoch has.</summary>
    public abstract long UpdatesPerEpoch { get; }

    /// <summary>How many updates the run has.</summary>
    public long Updates => Run.Options.Steps ?? UpdatesPerEpoch * Run.Options.Epochs;

    /// <summary>How many epochs the run has, fractions allowed.</summary>
    public double Epochs => (double)Updates / UpdatesPerEpoch;

    /// <summary>What learns beside the student; null for nothing.</summary>
    public nn.Module? Module { get; protected set; }

    /// <summary>What else a report says, after the update.</summary>
    public virtual IReadOnlyDictionary<string, double> Diagnostics => TrainingProgress.Empty;

    /// <summary>Pixels as the student takes them.</summary>
    protected Tensor Images(Tensor pixels)
    {
        var images = Run.Student.Normalization.Apply(pixels);
        return Run.Options.ChannelsLast ? TorchNative.ChannelsLast(images) : images;
    }

    protected static Tensor Rows(IEnumerable<int> images, Device device) =>
        tensor(images.Select(image => (long)image).ToArray(), device: device);

    /// <summary>What the updates of an epoch are made on; each holds until the next is asked for.</summary>
    /// <param name="update">The first one wanted, counted from the run's beginning.</param>
    public abstract IEnumerable<UpdateInput> From(long update);

    public virtual void Dispose() => Module?.Dispose();
}

/// <summary>What one update is made on.</summary>
/// <param name="Images">Positions of its images in the set.</param>
/// <param name="Place">Where it stands, for messages.</param>
/// <param name="Forward">Runs student and teacher: what the loss looks at, at an epoch and a number of validations at
/// which the teacher was beaten.</param>
/// <param name="Kept">What is kept where the update fails.</param>
internal sealed record UpdateInput(
    IReadOnlyList<int> Images, string Place, Func<double, int, LossBatch> Forward,
    IReadOnlyDictionary<string, Tensor> Kept);
