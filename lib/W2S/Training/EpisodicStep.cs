using TorchSharp;
using W2S.Data.Episodes;
using W2S.Losses;
using W2S.Models;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>One update on few-shot tasks: draw, forward, prototypes, loss, backward, optimizer.</summary>
internal sealed class EpisodicStep(EpisodicRun run, EpisodeSampler sampler, CosineHead head, TrainingState state,
    Device device) : IDisposable
{
    private readonly EpisodicOptions options = run.Options;
    private readonly long dropoutSeed = Seeds.Derive(run.Options.Seed, Seeds.Dropout);
    private readonly Device judge = Devices.ForLosses(device);
    private readonly Tensor pixels =
        (device.type == DeviceType.CPU ? run.Images.Images.alias() : run.Images.Images.to(device))
            .DetachFromDisposeScope();
    private readonly Tensor? teacherScale = run.Teacher is { } teacher
        ? tensor(new[] { (float)teacher.Scale }, device: device).DetachFromDisposeScope() : null;

    public void Update(long done, double epoch, double rate, LossMeter meter, bool report)
    {
        using var scope = NewDisposeScope();
        // as the trainer does: there is no state of a generator to keep
        _ = manual_seed(Seeds.Derive(dropoutSeed, done));
        var tasks =
            Enumerable.Range(0, options.Episodes).Select(i => sampler.Draw(done * options.Episodes + i)).ToArray();
        using (no_grad()) state.Parameters.Gradients.zero_();
        var batch = Batch(tasks, epoch);
        var parts = run.Loss.Compute(batch);
        var finite = device.type != DeviceType.CPU && !report || double.IsFinite(Number(parts.Total));
        if (finite) parts.Total.backward();
        if (finite && device.type == DeviceType.CPU) finite = double.IsFinite(Number(state.Parameters.Gradients.sum()));
        if (!finite) throw Failure(tasks, done, parts);
        state.Optimizer.Step(rate);
        meter.Add(parts, batch.StudentLogits, batch.Labels, batch.TeacherLogits, tasks.Length * run.Episode.Images,
            report);
    }

    /// <summary>What the loss sees of some tasks: the logits of all their queries, one row each.</summary>
    internal LossBatch Batch(Episode[] tasks, double epoch)
    {
        var images = Images(tasks);
        var (support, queries) = Apart(run.Student.Features(images), tasks.Length);
        Tensor? weak = null;
        if (run.Teacher is { } teacher)
        {
            using var _ = no_grad();
            var (own, asked) = Apart(teacher.Model.Features(
                run.Student.Normalization.Convert(images, teacher.Model.Normalization)), tasks.Length);
            weak = Prototypes.Cosines(asked, Prototypes.Of(own, run.Episode.Ways)).mul(teacherScale!).flatten(0, 1).to(
                judge);
        }
        return new LossBatch(head.call(queries, Prototypes.Of(support, run.Episode.Ways)).flatten(0, 1).to(judge))
        {
            TeacherLogits = weak,
            Labels = run.WithLabels ? tensor(tasks.SelectMany(task => task.QueryLabels).ToArray(), device: judge)
                : null,
            Epoch = epoch,
            Epochs = options.Epochs,
        };
    }

    public void Dispose()
    {
        pixels.Dispose();
        teacherScale?.Dispose();
    }

    // All tasks in one pass: support of each, then queries of each.
    private Tensor Images(Episode[] tasks)
    {
        var rows = tensor(
            tasks.SelectMany(task => task.Support).Concat(tasks.SelectMany(task => task.Query)).Select(row => (long)row)
                .ToArray(), device: device);
        var images = run.Student.Normalization.Apply(pixels.index_select(0, rows));
        return device.type == DeviceType.CPU && !run.Student.TakesChannelsLast ? images
            : TorchNative.ChannelsLast(images);
    }

    private (Tensor Support, Tensor Queries) Apart(Tensor features, int tasks)
    {
        var support = (long)tasks * run.Episode.Ways * run.Episode.Shots;
        return (features.narrow(0, 0, support).reshape(tasks, -1, features.shape[1]),
            features.narrow(0, support, features.shape[0] - support).reshape(tasks, -1, features.shape[1]));
    }

    private static double Number(Tensor scalar) => scalar.detach().cpu().to_type(ScalarType.Float64).item<double>();

    private TrainingNotFiniteException Failure(Episode[] tasks, long done, LossParts parts)
    {
        var ofGradient = double.IsFinite(Number(parts.Total));
        var what = ofGradient ? $"the gradient of {state.Parameters.FirstNotFinite()}" : "the loss";
        var losses = parts.Parts.Append(("total", parts.Total));
        return new TrainingNotFiniteException(
            $"{what} is not finite at update {done + 1}; lower the learning rate, or begin from weights of the "
            + "classifier stage")
        {
            Step = done + 1,
            What = ofGradient ? "gradient" : "loss",
            Indices = [.. tasks.SelectMany(task => task.Support.Concat(task.Query))],
            Losses = losses.ToDictionary(part => part.Item1, part => Number(part.Item2)),
        };
    }
}
