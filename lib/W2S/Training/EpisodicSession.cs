using TorchSharp;
using W2S.Data.Episodes;
using W2S.Models;
using W2S.Models.Weights;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>One call of the episodic trainer: the loop around the steps, with validation and checkpoints at the ends of
/// epochs.</summary>
internal sealed class EpisodicSession : IDisposable
{
    private const string BestFile = "best.safetensors";
    private readonly EpisodicRun run;
    private readonly EpisodicOptions options;
    private readonly IProgress<TrainingProgress>? progress;
    private readonly CancellationToken token;
    private readonly CosineHead head;
    private readonly TrainingState state;
    private readonly EpisodicStep step;
    private readonly EpisodeSampler? judge;
    private readonly LossMeter meter = new();
    private readonly CheckpointStore? store;
    private readonly Dictionary<string, string> identity;
    private readonly List<TrainingProgress> history = [];
    private readonly List<string> messages = [];
    private readonly long updates;
    private readonly Device device;
    private long done, resumedFrom;
    private double? bestAccuracy;
    private double bestScale;
    private long? bestStep;

    public EpisodicSession(EpisodicRun run, IProgress<TrainingProgress>? progress, CancellationToken token)
    {
        (this.run, options, this.progress, this.token) = (run, run.Options, progress, token);
        device = options.Device ?? run.Student.parameters().FirstOrDefault()?.device ?? CPU;
        run.Student.to(device);
        run.Teacher?.Model.to(device);
        run.Teacher?.Model.eval();
        var sampler = new EpisodeSampler(run.Images, run.Episode, options.Seed);
        judge = run.Validation is { } held ? new EpisodeSampler(held, run.Episode, options.Seed) : null;
        head = new CosineHead(options.Scale).to(device);
        // The classifier takes no part in the tasks: it stays as it is.
        state = new TrainingState(run.Student, head, new TrainerOptions
        {
            Optimizer = options.Optimizer,
            Frozen = run.Student.HeadKey.Length > 0 ? [$"{run.Student.HeadKey}."] : [],
        });
        step = new EpisodicStep(run, sampler, head, state, device);
        identity = run.Identity(state.Parameters.Layout);
        store = options.Folder is { } folder ? new CheckpointStore(folder) : null;
        updates = (long)options.Epochs * options.UpdatesPerEpoch;
    }

    public EpisodicResult Run()
    {
        Resume();
        while (done < updates && !token.IsCancellationRequested) Epoch();
        var cancelled = done < updates;
        var scale = head.Scale;
        if (!cancelled && bestStep is not null && bestStep != done) scale = UseBest();
        return new EpisodicResult
        {
            History = history,
            Scale = scale,
            BestAccuracy = bestAccuracy,
            BestStep = bestStep,
            Cancelled = cancelled,
            ResumedFrom = resumedFrom,
            Messages = messages,
        };
    }

    public void Dispose()
    {
        state.Dispose();
        step.Dispose();
        head.Dispose();
        meter.Dispose();
    }

    // Stopped inside an epoch, the run goes on from the epoch's beginning.
    private void Epoch()
    {
        run.Student.train();
        var end = done + options.UpdatesPerEpoch;
        while (done < end)
        {
            if (token.IsCancellationRequested) return;
            var epoch = (double)done / options.UpdatesPerEpoch;
            var rate = options.Optimizer.LearningRate * options.Schedule.Factor(epoch, options.Epochs);
            step.Update(done, epoch, rate, meter, report: done + 1 == end || (done + 1) % 10 == 0);
            done++;
            ProcessSettings.ReleaseMemory();
            if (done == end) Close(rate);
            else if (done % 10 == 0) progress?.Report(Place(rate));
        }
    }

    private void Close(double rate)
    {
        var point = meter.Report(done, updates, (double)done / options.UpdatesPerEpoch, options.Epochs, rate);
        point = point
            with
        { Diagnostics = new Dictionary<string, double>(point.Diagnostics) { ["scale"] = head.Scale } };
        if (judge is not null)
        {
            using var pause = meter.Pause();
            var accuracy =
                EpisodeScores.Of(run.Student, run.Validation!, judge,
                    options.ValidationEpisodes).Accuracy;
            point = point
                with
            { Accuracies = new Dictionary<string, double>(point.Accuracies) { ["validation"] = accuracy } };
            if (bestAccuracy is null || accuracy > bestAccuracy) KeepBest(accuracy);
        }
        history.Add(point);
        progress?.Report(point);
        Save();
    }

    private TrainingProgress Place(double rate) => new()
    {
        Step = done,
        Steps = updates,
        Epoch = (double)done / options.UpdatesPerEpoch,
        Epochs = options.Epochs,
        LearningRate = rate,
        Accuracies = history.Count > 0 ? history[^1].Accuracies : TrainingProgress.Empty,
    };

    private void KeepBest(double accuracy)
    {
        (bestAccuracy, bestStep, bestScale) = (accuracy, done, head.Scale);
        state.KeepBest();
        if (options.Folder is not { } folder) return;
        using var scope = NewDisposeScope();
        Directory.CreateDirectory(folder);
        SafeTensorsFile.Write(Path.Combine(folder, BestFile),
            new Dictionary<string, Tensor>(state.Weights()) { [BestScale] = tensor(new[] { bestScale }) });
    }

    private const string BestScale = "cosine scale";

    private double UseBest()
    {
        if (!state.HasBest)
        {
            using var scope = NewDisposeScope();
            var stored = SafeTensorsFile.Read(Path.Combine(options.Folder!, BestFile));
            bestScale = stored[BestScale].item<double>();
            state.KeepBest(stored.Where(entry => entry.Key != BestScale).ToDictionary());
        }
        state.UseBest();
        return bestScale;
    }

    private void Save()
    {
        if (store is null) return;
        using var scope = NewDisposeScope();
        store.Save(new CheckpointRecord
        {
            Identity = identity,
            Step = done,
            OptimizerSteps = state.Optimizer.Steps,
            Threads = get_num_threads(),
            History = history,
            BestAccuracy = bestAccuracy,
            BestStep = bestStep,
        }, state.Weights(), state.State());
    }

    private void Resume()
    {
        using var scope = NewDisposeScope();
        if (store?.Load(identity) is not { } checkpoint) return;
        state.Restore(checkpoint);
        (done, resumedFrom) = (checkpoint.Record.Step, checkpoint.Record.Step);
        (bestAccuracy, bestStep) = (checkpoint.Record.BestAccuracy, checkpoint.Record.BestStep);
        history.AddRange(checkpoint.Record.History);
        messages.AddRange(checkpoint.Messages);
        if (checkpoint.Record.ThreadsDiffer is { } words) messages.Add(words);
    }
}
