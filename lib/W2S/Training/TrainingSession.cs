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
    private readonly List<string> messages = [];
    private readonly long updatesPerEpoch, steps;
    private CheckpointRecord at; // where the run stands
    private long resumedFrom, saved = -1;
    private bool toldMessages;

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
        (updatesPerEpoch, steps) = (input.UpdatesPerEpoch, input.Updates);
        state = new TrainingState(run.Student, input.Module, options);
        step = new TrainingStep(run, input, state, device);
        var identity = RunIdentity.Of(run, state.Parameters.Layout);
        at = new CheckpointRecord { Identity = identity, Step = 0, Threads = get_num_threads(), History = [] };
        store = options.Folder is { } folder ? new CheckpointStore(folder) : null;
    }

    public TrainingResult Run()
    {
        Resume();
        JudgeTeacher();
        if (at.EvaluationDue) EvaluateAndReport();
        while (at.Step < steps && !at.StoppedEarly && !token.IsCancellationRequested) Epoch();
        var finished = (at.Step >= steps || at.StoppedEarly) && !at.EvaluationDue;
        if (saved != at.Step) Save();
        if (finished)
        {
            Write(LastFile);
            if (options.Final == FinalWeights.Best) state.UseBest(PathOf(BestFile));
        }
        return new TrainingResult
        {
            History = at.History,
            Steps = at.Step,
            Cancelled = !finished,
            StoppedEarly = at.StoppedEarly,
            BestAccuracy = at.BestAccuracy,
            BestStep = at.BestStep,
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
        foreach (var given in input.From(at.Step))
        {
            step.Forward(given, at.Step, at.TeacherBeaten, meter, IsReport(at.Step + 1));
            var rate = Rate();
            step.Update(rate, at.Step);
            at.Step++;
            ProcessSettings.ReleaseMemory();
            if (AfterUpdate(rate)) return;
        }
    }

    /// <summary>Reports, evaluates and saves where it is time; true ends the epoch.</summary>
    private bool AfterUpdate(double rate)
    {
        var done = at.Step;
        var endOfEpoch = done % updatesPerEpoch == 0 || done == steps;
        if (IsReport(done))
        {
            step.CheckNoted();
            var point = meter.Report(done, steps, (double)done / updatesPerEpoch, input.Epochs, rate);
            at.History.Add(point with { Diagnostics = point.Diagnostics.Concat(input.Diagnostics).ToDictionary() });
            at.EvaluationDue = endOfEpoch && run.Validation is not null
                && (done == steps || done / updatesPerEpoch % options.EvaluateEvery == 0);
            EvaluateAndReport();
        }
        if (endOfEpoch || options.CheckpointEvery is { } every && done % every == 0 || store is { IsDue: true })
        {
            using var pause = meter.Pause();
            Save();
        }
        return endOfEpoch || at.StoppedEarly || token.IsCancellationRequested;
    }

    private bool IsReport(long update) =>
        update % options.ReportEvery == 0 || update % updatesPerEpoch == 0 || update == steps;

    private double Rate()
    {
        var scale = options.LearningRateBatch is { } reference ? (double)run.Batches.BatchSize / reference : 1;
        return options.Optimizer.LearningRate * scale * options.Schedule.Factor(
            (double)at.Step / updatesPerEpoch, input.Epochs);
    }

    private void JudgeTeacher()
    {
        if (at.Step >= steps || at.StoppedEarly || run.Validation is null || run.Teacher is null
            || at.TeacherAccuracy is not null) return;
        try
        {
            at.TeacherAccuracy = run.Validation.Accuracy(run.Teacher, 256, token);
        }
        catch (OperationCanceledException)
        {
            // The loop sees the same token.
        }
    }

    // Where it is stopped halfway, it stays due: the next call begins with it.
    private void EvaluateAndReport()
    {
        var history = at.History;
        if (at.EvaluationDue)
        {
            using var pause = meter.Pause();
            try
            {
                history[^1] = history[^1] with { Accuracies = Evaluate(history[^1].Accuracies) };
                at.EvaluationDue = false;
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
        if (at.BestAccuracy is null || judged > at.BestAccuracy)
        {
            (at.BestAccuracy, at.BestStep, at.Waited) = (judged, at.Step, 0);
            if (options.Final == FinalWeights.Best) state.KeepBest();
            Write(BestFile);
        }
        else
        {
            at.Waited++;
        }
        if (at.TeacherAccuracy is { } teacher)
        {
            accuracies["teacher"] = teacher;
            if (judged > teacher) at.TeacherBeaten++;
        }
        if (options.Patience is { } patience && at.Waited >= patience) at.StoppedEarly = true;
        return accuracies;
    }

    // A GPU's memory is known to hold batches of the run's size only.
    private double Judge(Validation measure) => measure.Accuracy(run.Student,
        device.type == DeviceType.CPU ? Math.Max(run.Batches.BatchSize, 256) : run.Batches.BatchSize, token);

    private const string BestFile = "best.safetensors", LastFile = "last.safetensors";

    private string? PathOf(string file) => options.Folder is { } folder ? Path.Combine(folder, file) : null;

    private void Write(string file)
    {
        if (PathOf(file) is not { } path) return;
        try
        {
            Directory.CreateDirectory(options.Folder!);
            SafeTensorsFile.Write(path, run.Student.state_dict(),
                new Dictionary<string, string> { ["model"] = run.Student.ModelName, ["step"] = $"{at.Step}" });
        }
        catch (Exception error) when (DurableFile.IsRefusal(error))
        {
            throw new IOException(
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
        (at.MeterNames, at.MeterSteps) = (meter.Names, meter.Steps);
        store.Save(at, run.Student.state_dict(), tensors);
        saved = at.Step;
    }

    private void Resume()
    {
        using var scope = NewDisposeScope();
        if (store?.Load(at.Identity) is not { } checkpoint) return;
        state.Restore(checkpoint);
        var threads = at.Threads;
        at = checkpoint.Record;
        (saved, resumedFrom) = (at.Step, at.Step);
        meter.Restore(at.MeterNames, at.MeterSteps, checkpoint.State.GetValueOrDefault("meter"), device);
        messages.AddRange(checkpoint.Messages);
        if (at.Threads != threads)
            messages.Add(
                $"the run was begun with {at.Threads} threads and goes on with {threads}: results agree, but not bit "
                + "for bit");
        at.Threads = threads;
    }
}
