using TorchSharp;
using W2S.Losses;
using W2S.Models.Weights;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>One update of a run: forward, loss, backward, optimizer; and the search for what is not finite.</summary>
internal sealed class TrainingStep(TrainingRun run, TrainingInput input, TrainingState state, Device device)
    : IDisposable
{
    private readonly TrainerOptions options = run.Options;
    private readonly long dropoutSeed = Seeds.Derive(run.Options.Seed, Seeds.Dropout);
    private readonly bool checksEveryStep = run.Options.ChecksEveryStep ?? device.type == DeviceType.CPU;
    private Tensor? firstBad; // int64 on the device: the first update that was not finite, or -1

    /// <summary>Computes the gradient of an update.</summary>
    /// <param name="given">What it is made on.</param>
    /// <param name="done">Updates made before it.</param>
    /// <param name="teacherBeaten">Validations at which the student was ahead of its teacher.</param>
    /// <param name="meter">Adds up its numbers.</param>
    /// <param name="report">Whether they are told after it.</param>
    public void Forward(UpdateInput given, long done, int teacherBeaten, LossMeter meter, bool report)
    {
        using var scope = NewDisposeScope();
        // Dropout is a function of seed and step: there is no state of a generator to keep.
        _ = manual_seed(Seeds.Derive(dropoutSeed, done));
        using (no_grad()) state.Parameters.Gradients.zero_();
        LossBatch batch;
        using (options.Precision == Precision.BFloat16 ? TorchNative.Autocast(device.type, ScalarType.BFloat16) : null)
            batch = given.Forward((double)done / input.UpdatesPerEpoch, teacherBeaten);
        var parts = run.Loss.Compute(batch);
        if (checksEveryStep && !double.IsFinite(Number(parts.Total)))
        {
            var bad = parts.Parts.Where(part => !double.IsFinite(Number(part.Value))).Select(part => part.Name);
            throw Failure($"the loss ({string.Join(", ", bad)})", given, done, batch, parts);
        }
        parts.Total.backward();
        if (checksEveryStep && !IsFinite(state.Parameters.Gradients))
            throw Failure($"the gradient of {state.Parameters.FirstNotFinite()}", given, done, batch, parts);
        meter.Add(parts, batch.StudentLogits, batch.Labels, batch.TeacherLogits, given.Images.Count, report);
    }

    /// <summary>Moves the weights.</summary>
    public void Update(double rate, long done)
    {
        state.Parameters.Step(rate, done + 1);
        if (!checksEveryStep) Mark(done);
    }

    /// <summary>Fetches what was noted since the last call, and fails if a step was not finite.</summary>
    public void CheckNoted()
    {
        if (firstBad is null) return;
        using var fetched = firstBad.cpu();
        var bad = fetched.item<long>();
        if (bad < 0) return;
        foreach (var given in input.From(bad)) throw Failure("the gradient", given, bad, null, null);
    }

    public void Dispose() => firstBad?.Dispose();

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

    // Stays on the device; CheckNoted fetches it.
    private void Mark(long done)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using Scalar none = (-1L).ToScalar(), first = 0L.ToScalar(), here = done.ToScalar();
        firstBad ??= full([1L], none, ScalarType.Int64, device).DetachFromDisposeScope();
        var bad = state.Parameters.Gradients.sum().isfinite().logical_not() & firstBad.lt(first);
        firstBad.masked_fill_(bad, here);
    }

    private NotFiniteException Failure(string what, UpdateInput given, long done, LossBatch? batch,
        LossParts? parts)
    {
        var file = Keep(given, done, batch);
        var numbers = string.Concat(parts?.Parts.Append(("total", parts.Total)).Select(
            part => FormattableString.Invariant($", {part.Item1} {Number(part.Item2):g4}")) ?? []);
        var spoiled = checksEveryStep ? "" : "the weights have been spoiled since, go on from a checkpoint; ";
        return new NotFiniteException(
            $"{what} is not finite at step {done + 1} ({given.Place}{numbers}); {spoiled}"
            + $"lower the learning rate, or look at the batch{(file is null ? "" : $" in {file}")}")
        {
            Step = done + 1,
            Indices = [.. given.Images],
            BatchFile = file,
        };
    }

    // Null where there is no folder, or no room in it: the finding matters more than the file.
    private string? Keep(UpdateInput given, long done, LossBatch? batch)
    {
        if (options.Folder is not { } folder) return null;
        var kept = given.Kept.ToDictionary();
        if (batch is not null) kept["student_logits"] = batch.StudentLogits;
        if (batch?.TeacherLogits is { } teacher) kept["teacher_logits"] = teacher;
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
}
