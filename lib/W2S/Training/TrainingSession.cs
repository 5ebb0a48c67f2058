using TorchSharp;
using W2S.Models.Weights;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>One call of the trainer: the loop around the steps, with reports, evaluations and checkpoints.</summary>
internal sealed class TrainingSession : IDisposable
{
    private readonly TrainingRun run;
    private readonly TrainerOptions options;
    private readonly IProgress<TrainingProgress>? progress;
    private readonly CancellationToken token;
    private readonly Device device;
    private readonly TrainingInput input;
    private readonly TrainingState state;
    private readonly TrainingStep step;
    private readonly LossMeter meter = new();
    private readonly CheckpointStore? store;
    private readonly Dictionary<string, string> identity;
    private readonly List<TrainingProgress> history = [];
    private readonly List<string> messages = [];
    private readonly long updatesPerEpoch, steps;
    private long done, resumedFrom, saved = -1;
    private double? bestAccuracy, teacherAccuracy;
    private long? bestStep;
    private int waited, teacherBeaten;
    private bool stoppedEarly, evaluationDue, toldMessages;

    public TrainingSession(TrainingRun run, IProgress<TrainingProgress>? progress, CancellationToken token)
    {
        (this.run, options, this.progress, this.token) = (run, run.Options, progress, token);
        if (run.Episodes is not null && run.Student.HeadKey.Length > 0) // the classifier takes no part in tasks
            options = options with { Frozen = [.. options.Frozen, $"{run.Student.HeadKey}."] };
        device = options.Device ?? run.Student.parameters().FirstOrDefault()?.device ?? CPU;
        run.Student.to(device);
        run.Teacher?.to(device);
        run.Teacher?.eval();
        if (options.Precision == Precision.BFloat16 && device.type == DeviceType.CPU
            && Devices.MultipliesBFloat16 == false)
            messages.Add(
                "this processor has no bf16 instructions (AVX512_BF16, AMX), so BFloat16 is emulated and about half "
                + "as fast as Float32; use Float32 here");
        input = run.Episodes is { } episodes ? new EpisodeInput(run, episodes, device) : new ImageInput(run, device);
        updatesPerEpoch = input.UpdatesPerEpoch;
        steps = options.Steps ?? updatesPerEpoch * options.Epochs;
        state = new TrainingState(run.Student, input.Module, options);
        step = new TrainingStep(run, input, state, device);
        identity = RunIdentity.Of(run, state.Parameters.Layout);
        store = options.Folder is { } folder ? new CheckpointStore(folder) : null;
    }

    private double Epochs => (double)steps / updatesPerEpoch;

    public TrainingResult Run()
    {
        Resume();
        JudgeTeacher();
        if (evaluationDue) EvaluateAndReport();
        while (done < steps && !stoppedEarly && !token.IsCancellationRequested) Epoch();
        var finished = (done >= steps || stoppedEarly) && !evaluationDue;
        if (saved != done) Save();
        if (finished) Finish();
        return new TrainingResult
        {
            History = history,
            Steps = done,
            Cancelled = !finished,
            StoppedEarly = stoppedEarly,
            BestAccuracy = bestAccuracy,
            BestStep = bestStep,
            ResumedFrom = resumedFrom,
            Messages = messages,
        };
    }

    public void Dispose()
    {
        state.Dispose();
        step.Dispose();
        input.Dispose();
        meter.Dispose();
    }

    private void Epoch()
    {
        ParameterGroups.TrainMode(run.Student, options);
        foreach (var given in input.From(done))
        {
            step.Forward(given, done, teacherBeaten, meter, IsReport(done + 1));
            var rate = Rate();
            step.Update(rate, done);
            done++;
            ProcessSettings.ReleaseMemory();
            if (AfterUpdate(rate)) return;
        }
    }

    /// <summary>Reports, evaluates and saves where it is time; true ends the epoch.</summary>
    private bool AfterUpdate(double rate)
    {
        var endOfEpoch = done % updatesPerEpoch == 0 || done == steps;
        if (IsReport(done))
        {
            step.CheckNoted();
            var point = meter.Report(done, steps, (double)done / updatesPerEpoch, Epochs, rate);
            history.Add(point with { Diagnostics = point.Diagnostics.Concat(input.Diagnostics).ToDictionary() });
            evaluationDue = endOfEpoch && run.Validation is not null
                && (done == steps || done / updatesPerEpoch % options.EvaluateEvery == 0);
            EvaluateAndReport();
        }
        var due = endOfEpoch || options.CheckpointEvery is { } every && done % every == 0 || store is { IsDue: true };
        if (due)
        {
            using var pause = meter.Pause();
            Save();
        }
        return endOfEpoch || stoppedEarly || token.IsCancellationRequested;
    }

    private bool IsReport(long at) => at % options.ReportEvery == 0 || at % updatesPerEpoch == 0 || at == steps;

    private double Rate()
    {
        var scale = options.LearningRateBatch is { } reference ? (double)run.Batches.BatchSize / reference : 1;
        return options.Optimizer.LearningRate * scale * options.Schedule.Factor((double)done / updatesPerEpoch, Epochs);
    }

    private void JudgeTeacher()
    {
        if (done >= steps || stoppedEarly || run.Validation is null || run.Teacher is null
            || teacherAccuracy is not null) return;
        try
        {
            teacherAccuracy = run.Validation.Accuracy(run.Teacher, 256, token);
        }
        catch (OperationCanceledException)
        {
            // The loop sees the same token.
        }
    }

    // Where it is stopped halfway, it stays due: the next call begins with it.
    private void EvaluateAndReport()
    {
        if (evaluationDue)
        {
            using var pause = meter.Pause();
            try
            {
                history[^1] = history[^1] with { Accuracies = Evaluate(history[^1].Accuracies) };
                evaluationDue = false;
            }
            catch (OperationCanceledException) when (token.IsCancellationRequested)
            {
            }
        }
        progress?.Report(
            toldMessages ? history[^1]
                : history[^1] with { Message = messages.Count > 0 ? string.Join("; ", messages) : null });
        toldMessages = true;
    }

    private Dictionary<string, double> Evaluate(IReadOnlyDictionary<string, double> so)
    {
        var judged = Judge(run.Validation!);
        var accuracies = new Dictionary<string, double>(so) { ["validation"] = judged };
        if (run.Watched is { } watched) accuracies["watched"] = Judge(watched);
        if (bestAccuracy is null || judged > bestAccuracy)
        {
            (bestAccuracy, bestStep, waited) = (judged, done, 0);
            if (options.Final == FinalWeights.Best) state.KeepBest();
            if (options.Folder is { } folder) Write(Path.Combine(folder, BestFile));
        }
        else
        {
            waited++;
        }
        if (teacherAccuracy is { } teacher)
        {
            accuracies["teacher"] = teacher;
            if (judged > teacher) teacherBeaten++;
        }
        if (options.Patience is { } patience && waited >= patience) stoppedEarly = true;
        return accuracies;
    }

    // A GPU's memory is known to hold batches of the run's size only.
    private double Judge(Validation measure) => measure.Accuracy(run.Student,
        device.type == DeviceType.CPU ? Math.Max(run.Batches.BatchSize, 256) : run.Batches.BatchSize, token);

    private const string BestFile = "best.safetensors", LastFile = "last.safetensors";

    private void Finish()
    {
        if (options.Folder is { } folder) Write(Path.Combine(folder, LastFile));
        if (options.Final != FinalWeights.Best) return;
        if (!state.HasBest && options.Folder is { } place)
        {
            using var scope = NewDisposeScope();
            state.KeepBest(SafeTensorsFile.Read(Path.Combine(place, BestFile)));
        }
        if (state.HasBest) state.UseBest();
    }

    private void Write(string path)
    {
        try
        {
            Directory.CreateDirectory(options.Folder!);
            SafeTensorsFile.Write(path, state.Weights(),
                new Dictionary<string, string> { ["model"] = run.Student.ModelName, ["step"] = $"{done}" });
        }
        catch (Exception error) when (DurableFile.IsRefusal(error))
        {
            throw new CheckpointException(
                $"{path} cannot be written ({error.Message}); make room or give another folder", error);
        }
    }

    private void Save()
    {
        if (store is null) return;
        step.CheckNoted();
        using var scope = NewDisposeScope();
        var tensors = state.State();
        if (meter.Sums is { } sums) tensors["meter"] = sums;
        store.Save(new CheckpointRecord
        {
            Identity = identity,
            Step = done,
            OptimizerSteps = state.Optimizer.Steps,
            Threads = get_num_threads(),
            History = history,
            BestAccuracy = bestAccuracy,
            BestStep = bestStep,
            Waited = waited,
            TeacherBeaten = teacherBeaten,
            TeacherAccuracy = teacherAccuracy,
            StoppedEarly = stoppedEarly,
            EvaluationDue = evaluationDue,
            MeterNames = meter.Names,
            MeterSteps = meter.Steps,
        }, state.Weights(), tensors);
        saved = done;
    }

    private void Resume()
    {
        using var scope = NewDisposeScope();
        if (store?.Load(identity) is not { } checkpoint) return;
        state.Restore(checkpoint);
        var record = checkpoint.Record;
        (done, saved, resumedFrom) = (record.Step, record.Step, record.Step);
        (bestAccuracy, bestStep, waited) = (record.BestAccuracy, record.BestStep, record.Waited);
        (teacherAccuracy, teacherBeaten) = (record.TeacherAccuracy, record.TeacherBeaten);
        (stoppedEarly, evaluationDue) = (record.StoppedEarly, record.EvaluationDue);
        history.AddRange(record.History);
        meter.Restore(record.MeterNames, record.MeterSteps, checkpoint.State.GetValueOrDefault("meter"), device);
        messages.AddRange(checkpoint.Messages);
        if (record.ThreadsDiffer is { } words) messages.Add(words);
    }
}
