using TorchSharp;
using W2S.Data.Episodes;
using W2S.Losses;
using W2S.Models;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>Few-shot tasks: prototypes of the support images classify the queries, the teacher's by its own.</summary>
internal sealed class EpisodeInput : TrainingInput
{
    private readonly EpisodeTraining tasks;
    private readonly EpisodeSampler sampler;
    private readonly Tensor pixels;
    private readonly Tensor teacherScale;
    private readonly CosineHead head;

    public EpisodeInput(TrainingRun run, EpisodeTraining tasks, Device device) : base(run, device)
    {
        this.tasks = tasks;
        sampler = new EpisodeSampler(run.Images, tasks.Episode, run.Options.Seed);
        pixels = run.Images.Images.to(device);
        teacherScale = tensor(new[] { (float)tasks.TeacherScale }, device: device);
        Module = head = new CosineHead(tasks.Scale).to(device);
    }

    public override long UpdatesPerEpoch => tasks.UpdatesPerEpoch;

    public override IReadOnlyDictionary<string, double> Diagnostics =>
        new Dictionary<string, double> { [EpisodeTraining.ScaleName] = head.Scale };

    public override IEnumerable<UpdateInput> From(long update)
    {
        for (var end = (update / UpdatesPerEpoch + 1) * UpdatesPerEpoch; update < end; update++)
        {
            var first = update * tasks.TasksPerUpdate;
            Episode[] drawn =
                [.. Enumerable.Range(0, tasks.TasksPerUpdate).Select(i => sampler.Draw(first + i))];
            yield return new UpdateInput(
                [.. drawn.SelectMany(task => task.Support.Concat(task.Query))], $"task {first} and on",
                (epoch, _) => Forward(drawn, epoch), new Dictionary<string, Tensor>());
        }
    }

    /// <summary>What the loss sees of some tasks: the logits of all their queries, one row each.</summary>
    internal LossBatch Forward(Episode[] drawn, double epoch)
    {
        var images = Images(drawn);
        var (support, queries) = Apart(Run.Student.Features(images), drawn.Length);
        return new Supervision
        {
            TeacherLogits = Ask(images, drawn.Length),
            Labels = Run.WithLabels ? tensor(drawn.SelectMany(task => task.QueryLabels).ToArray(), device: Judge)
                : null,
        }.Batch(head.call(queries, Prototypes.Of(support, tasks.Episode.Ways)).flatten(0, 1).to(Judge), epoch, Epochs);
    }

    private Tensor? Ask(Tensor images, int count)
    {
        if (Run.Teacher is not { } teacher) return null;
        using var _ = no_grad();
        var (own, asked) = Apart(
            teacher.Features(Run.Student.Normalization.Convert(images, teacher.Normalization)), count);
        return Prototypes.Cosines(asked, Prototypes.Of(own, tasks.Episode.Ways)).mul(teacherScale).flatten(0, 1)
            .to(Judge);
    }

    // All tasks in one pass: support of each, then queries of each.
    private Tensor Images(Episode[] drawn)
    {
        var rows = drawn.SelectMany(task => task.Support).Concat(drawn.SelectMany(task => task.Query));
        return Images(pixels.index_select(0, Rows(rows, Device)));
    }

    private (Tensor Support, Tensor Queries) Apart(Tensor features, int count)
    {
        var support = (long)count * tasks.Episode.Ways * tasks.Episode.Shots;
        return (features.narrow(0, 0, support).reshape(count, -1, features.shape[1]),
            features.narrow(0, support, features.shape[0] - support).reshape(count, -1, features.shape[1]));
    }
}
