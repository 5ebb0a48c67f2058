using TorchSharp;
using W2S.Data.Batches;
using W2S.Losses;
using W2S.Models;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>Batches of augmented images; the teacher sees the very views that the student sees.</summary>
internal sealed class ImageInput : TrainingInput
{
    private readonly BatchLoader loader;
    private readonly Supervision known; // what is known of each image of the set beside its label

    public ImageInput(TrainingRun run, Device device) : base(run, device)
    {
        var options = run.Options;
        loader = new BatchLoader(run.Images, run.Batches with { Device = device, ChannelsLast = options.ChannelsLast },
            run.Student.Normalization);
        if (loader.StepsPerEpoch == 0)
            throw new ArgumentException(
                $"{run.Images.Name} has {run.Images.Count} images, fewer than a batch of {run.Batches.BatchSize}, and "
                + "DropLast leaves nothing; give a smaller batch");
        known = new Supervision
        {
            TrueLabels = run.TrueLabels is { } truth ? tensor(truth.ToArray(), device: Judge) : null,
            Weights = Numbers(run.Weights),
            TeacherWeights = Numbers(run.TeacherWeights),
        };
        Module = MakeModule();

        Tensor? Numbers(IReadOnlyList<float>? all) =>
            all is null ? null : tensor(all.ToArray(), device: Judge);
    }

    public override long UpdatesPerEpoch => loader.StepsPerEpoch;

    public override IEnumerable<UpdateInput> From(long update) =>
        loader.Epoch((int)(update / UpdatesPerEpoch), (int)(update % UpdatesPerEpoch)).Select(batch => new UpdateInput(
            batch.Indices, $"epoch {batch.Epoch}, batch {batch.Step}",
            (epoch, beaten) => Forward(batch, Plain(batch, epoch), epoch, beaten),
            new Dictionary<string, Tensor> { ["images"] = batch.Images, ["labels"] = batch.Labels }));

    public override void Dispose()
    {
        base.Dispose();
        loader.Dispose();
    }

    // The loss's learnable part, made from the run's first batch; null for most losses.
    private nn.Module? MakeModule()
    {
        if (Run.Loss is not ILearnableLoss learnable) return null;
        if (Judge.type != Device.type)
            throw new ArgumentException(
                $"{Run.Loss.Name} learns beside the student, and losses are computed in float64, which {Device} has "
                + "not; train on the CPU (Options.Device)");
        using var scope = NewDisposeScope();
        using var off = no_grad();
        Run.Student.eval();
        foreach (var batch in loader.Epoch(0))
        {
            var example = Forward(batch, null, 0, 0);
            _ = manual_seed(Seeds.Derive(Run.Options.Seed, "loss"));
            return learnable.CreateModule(example).to(Device);
        }
        return null;
    }

    private LossBatch Forward(Batch batch, Tensor? plain, double epoch, int teacherBeaten)
    {
        var student = Run.Student.ForwardFeatures(batch.Images);
        var teacher = Ask(batch);
        var rows = known is { TrueLabels: null, Weights: null, TeacherWeights: null } ? known
            : known.Rows(Rows(batch.Indices, Judge));
        rows = rows with { Labels = Run.WithLabels ? Labels(batch) : null, TeacherLogits = teacher?.Logits.to(Judge) };
        return rows.Batch(student.Logits.to(Judge), epoch, Epochs) with
        {
            PlainLogits = plain,
            Lambda = batch.Mix?.Lambda,
            TeacherBeaten = teacherBeaten,
            StudentFeatures = Features(student),
            TeacherFeatures = teacher is null ? null : Features(teacher),
            Module = Module,
        };

        LossFeatures Features(ModelOutput output) => Judge.type == Device.type
            ? new(output.Pooled, output.Stages)
            : new(output.Pooled.to(Judge), [.. output.Stages.Select(stage => stage.to(Judge))]);
    }

    // A teacher with an input convention of its own gets the student's views turned into it.
    private ModelOutput? Ask(Batch batch)
    {
        if (Run.Teacher is not { } teacher) return null;
        using var _ = no_grad();
        return teacher.ForwardFeatures(Run.Student.Normalization.Convert(batch.Images, teacher.Normalization));
    }

    // What the student says of a batch's images, neither augmented nor mixed; null where the loss does not ask. Leaves
    // running statistics as they are.
    private Tensor? Plain(Batch batch, double epoch)
    {
        if (!Run.Loss.NeedsPlain(epoch, Epochs)) return null;
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var images = Images(Run.Images.Images.index_select(0, Rows(batch.Indices, CPU)).to(Device));
        Run.Student.eval();
        var logits = Run.Student.ForwardFeatures(images).Logits;
        ParameterGroups.TrainMode(Run.Student, Run.Options);
        return logits.to(Judge).MoveToOuterDisposeScope();
    }

    // Class numbers, or the mixture's distribution.
    private Tensor Labels(Batch batch)
    {
        if (batch.Mix is not { } mix) return batch.Labels.to(Judge);
        using Scalar own = ((double)mix.Lambda).ToScalar(), other = (1.0 - mix.Lambda).ToScalar();
        return OneHot(batch.Labels.to(Judge)).mul(own).add_(OneHot(mix.Partners.to(Judge)).mul(other), Numerics.One);

        Tensor OneHot(Tensor labels) => nn.functional.one_hot(labels, Run.Student.Classes).to_type(ScalarType.Float32);
    }
}
