using TorchSharp;
using W2S.Data.Batches;
using W2S.Losses;
using W2S.Models.Weights;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>One update of a run: forward, loss, backward, optimizer; and the search for what is not finite.</summary>
internal sealed class TrainingStep(TrainingRun run, Device device, double epochs) : IDisposable
{
    private readonly TrainerOptions options = run.Options;
    private readonly long dropoutSeed = Seeds.Derive(run.Options.Seed, Seeds.Dropout);
    private readonly Device judge = Devices.ForLosses(device);
    private readonly Tensor? weights = Rows(run.Weights, device), teacherWeights = Rows(run.TeacherWeights, device);
    private readonly Tensor? trueLabels = run.TrueLabels is { } truth
        ? tensor(truth.ToArray(), device: Devices.ForLosses(device)).DetachFromDisposeScope() : null;
    private readonly bool checksEveryStep = run.Options.ChecksEveryStep ?? device.type == DeviceType.CPU;
    private nn.Module? lossModule;
    private Tensor? firstBad; // int64 on the device: the first update that was not finite, or -1

    /// <summary>Set once the loss's own module is known.</summary>
    public TrainingState State { get; set; } = null!;

    /// <summary>The loss's learnable part, made from the run's first batch; null for most losses.</summary>
    public nn.Module? MakeLossModule(BatchLoader loader)
    {
        if (run.Loss is not ILearnableLoss learnable) return null;
        if (judge.type != device.type)
            throw new ArgumentException(
                $"{run.Loss.Name} learns beside the student, and losses are computed in float64, which {device} has "
                + "not; train on the CPU (Options.Device)");
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        run.Student.eval();
        foreach (var batch in loader.Epoch(0))
        {
            var example = LossBatch(batch, run.Student.ForwardFeatures(batch.Images), 0, 0);
            Seed(Seeds.Derive(options.Seed, "loss"));
            return lossModule = learnable.CreateModule(example).to(device);
        }
        return null;
    }

    /// <summary>Puts the student into training mode, frozen layers excepted.</summary>
    public void TrainMode()
    {
        run.Student.train();
        foreach (var module in ParameterGroups.FrozenModules(run.Student, options))
            module.eval();
    }

    /// <summary>Starts an update.</summary>
    public void Begin(long done)
    {
        // Dropout is a function of seed and step: there is no state of a generator to keep.
        Seed(Seeds.Derive(dropoutSeed, done));
        using var _ = no_grad();
        using var scope = NewDisposeScope(); // zero_ returns a new wrapper
        State.Parameters.Gradients.zero_();
    }

    /// <summary>Computes the gradient of a batch.</summary>
    public void Forward(Batch batch, double epoch, LossMeter meter, bool report, long done, int teacherBeaten)
    {
        using var scope = NewDisposeScope();
        LossBatch given;
        using (options.Precision == Precision.BFloat16 ? TorchNative.Autocast(device.type, ScalarType.BFloat16) : null)
        {
            var plain = Plain(batch, epoch);
            given = LossBatch(batch, run.Student.ForwardFeatures(batch.Images), epoch, teacherBeaten) with
            {
                PlainLogits = plain,
            };
        }
        var parts = run.Loss.Compute(given);
        if (checksEveryStep && !double.IsFinite(Number(parts.Total)))
            throw Failure(Culprit(parts), batch, done, given, parts);
        parts.Total.backward();
        if (checksEveryStep && !IsFinite(State.Parameters.Gradients))
            throw Failure($"the gradient of {State.Parameters.FirstNotFinite()}", batch, done, given, parts);
        meter.Add(parts, given.StudentLogits, given.Labels, given.TeacherLogits, batch.Count, report);
    }

    /// <summary>Moves the weights.</summary>
    public void Update(double rate, long done)
    {
        State.Optimizer.Step(rate);
        if (!checksEveryStep) Mark(done);
    }

    /// <summary>Fetches what was noted since the last call, and fails if a step was not finite.</summary>
    public void CheckNoted(BatchLoader loader, long stepsPerEpoch)
    {
        if (firstBad is null) return;
        using var fetched = firstBad.cpu();
        var bad = fetched.item<long>();
        if (bad < 0) return;
        foreach (var batch in loader.Epoch((int)(bad / stepsPerEpoch), (int)(bad % stepsPerEpoch)))
            throw Failure("the gradient", batch, bad, null, null);
    }

    public void Dispose()
    {
        firstBad?.Dispose();
        weights?.Dispose();
        teacherWeights?.Dispose();
        trueLabels?.Dispose();
        lossModule?.Dispose();
    }

    /// <summary>What the student says of a batch's images, neither augmented nor mixed; null where the loss does not
    /// ask. Leaves running statistics as they are.</summary>
    private Tensor? Plain(Batch batch, double epoch)
    {
        if (run.Loss is not IPlainImageLoss asks || !asks.NeedsPlain(epoch, epochs)) return null;
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var rows = tensor(batch.Indices.Select(i => (long)i).ToArray());
        var images = run.Student.Normalization.Apply(run.Images.Images.index_select(0, rows).to(device));
        run.Student.eval();
        var logits =
            run.Student.ForwardFeatures(options.ChannelsLast ? TorchNative.ChannelsLast(images) : images).Logits;
        TrainMode();
        return logits.to(judge).MoveToOuterDisposeScope();
    }

    private LossBatch LossBatch(Batch batch, Models.ModelOutput output, double epoch, int teacherBeaten)
    {
        var (teacher, teacherFeatures) = Ask(batch);
        var rows = weights is null && teacherWeights is null && trueLabels is null ? null
            : tensor(batch.Indices.Select(i => (long)i).ToArray(), device: judge);
        return new LossBatch(output.Logits.to(judge))
        {
            TeacherLogits = teacher?.to(judge),
            Labels = run.WithLabels ? Labels(batch) : null,
            TrueLabels = trueLabels?.index_select(0, rows!),
            Weights = weights?.index_select(0, rows!),
            TeacherWeights = teacherWeights?.index_select(0, rows!),
            Lambda = batch.Mix?.Lambda,
            Epoch = epoch,
            Epochs = epochs,
            TeacherBeaten = teacherBeaten,
            StudentFeatures = Here(new LossFeatures(output.Pooled, output.Stages)),
            TeacherFeatures = teacherFeatures is null ? null : Here(teacherFeatures),
            Module = lossModule,
        };

        LossFeatures Here(LossFeatures features) => judge.type == device.type
            ? features
            : new LossFeatures(features.Pooled.to(judge), [.. features.Stages.Select(stage => stage.to(judge))]);
    }

    // A teacher with an input convention of its own gets the student's views turned into it.
    private (Tensor? Logits, LossFeatures? Features) Ask(Batch batch)
    {
        if (run.Teacher is not { } teacher) return default;
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var output = teacher.ForwardFeatures(run.Student.Normalization.Convert(batch.Images, teacher.Normalization));
        foreach (var stage in output.Stages)
            stage.MoveToOuterDisposeScope();
        return (output.Logits.MoveToOuterDisposeScope(),
            new LossFeatures(output.Pooled.MoveToOuterDisposeScope(), output.Stages));
    }

    // Class numbers, or the mixture's distribution.
    private Tensor Labels(Batch batch)
    {
        if (batch.Mix is not { } mix) return batch.Labels.to(judge);
        using Scalar own = ((double)mix.Lambda).ToScalar(), other = (1.0 - mix.Lambda).ToScalar();
        return OneHot(batch.Labels.to(judge)).mul(own).add_(OneHot(mix.Partners.to(judge)).mul(other), Numerics.One);

        Tensor OneHot(Tensor labels) => nn.functional.one_hot(labels, run.Student.Classes).to_type(ScalarType.Float32);
    }

    private static bool IsFinite(Tensor flat)
    {
        using var scope = NewDisposeScope();
        // A sum meets every number once; only where it is not finite are the numbers asked one by one.
        return double.IsFinite(Number(flat.sum())) || flat.isfinite().all().item<bool>();
    }

    private static double Number(Tensor scalar)
    {
        using var scope = NewDisposeScope();
        return scalar.detach().cpu().to_type(ScalarType.Float64).item<double>();
    }

    private static string Culprit(LossParts parts)
    {
        var bad = parts.Parts.Where(part => !double.IsFinite(Number(part.Value))).Select(part => part.Name);
        return $"the loss ({string.Join(", ", bad)})";
    }

    // Stays on the device; CheckNoted fetches it.
    private void Mark(long done)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using Scalar none = (-1L).ToScalar(), first = 0L.ToScalar(), here = done.ToScalar();
        firstBad ??= full([1L], none, ScalarType.Int64, device).DetachFromDisposeScope();
        var bad = State.Parameters.Gradients.sum().isfinite().logical_not() & firstBad.lt(first);
        firstBad.masked_fill_(bad, here);
    }

    private static void Seed(long seed)
    {
        _ = manual_seed(seed);
    }

    private TrainingNotFiniteException Failure(string what, Batch batch, long done, LossBatch? given, LossParts? parts)
    {
        var file = Keep(batch, done, given);
        var losses =
            parts?.Parts.Append(("total", parts.Total)).ToDictionary(part => part.Item1, part => Number(part.Item2))
                ?? [];
        var numbers = string.Concat(losses.Select(l => FormattableString.Invariant($", {l.Key} {l.Value:g4}")));
        var spoiled = checksEveryStep ? "" : "the weights have been spoiled since, go on from a checkpoint; ";
        return new TrainingNotFiniteException(
            $"{what} is not finite at step {done + 1} (epoch {batch.Epoch}, batch {batch.Step}{numbers}); {spoiled}"
            + $"lower the learning rate, or look at the batch{(file is null ? "" : $" in {file}")}")
        {
            Step = done + 1,
            What = what,
            Indices = [.. batch.Indices],
            Losses = losses,
            BatchFile = file,
        };
    }

    // Null where there is no folder, or no room in it: the finding matters more than the file.
    private string? Keep(Batch batch, long done, LossBatch? given)
    {
        if (options.Folder is not { } folder) return null;
        Dictionary<string, Tensor> kept = new() { ["images"] = batch.Images, ["labels"] = batch.Labels };
        if (given is not null) kept["student_logits"] = given.StudentLogits;
        if (given?.TeacherLogits is { } teacher) kept["teacher_logits"] = teacher;
        var file = Path.Combine(folder, $"not-finite-step-{done + 1}.safetensors");
        try
        {
            Directory.CreateDirectory(folder);
            SafeTensorsFile.Write(file, kept);
            return file;
        }
        catch (Exception error) when (DurableFile.IsRefusal(error))
        {
            return null;
        }
    }

    private static Tensor? Rows(IReadOnlyList<float>? numbers, Device device) =>
        numbers is null ? null : tensor(numbers.ToArray(), device: Devices.ForLosses(device)).DetachFromDisposeScope();
}
