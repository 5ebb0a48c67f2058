using System.Diagnostics;
using System.Text.Json;
using TorchSharp;
using W2S.Data;
using W2S.Data.Batches;
using W2S.Data.Views;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Models;
using W2S.Torch;
using W2S.Training;

namespace W2S.Benchmarks;

/// <summary>The library's trainer as a contender: <see cref="Trainer.Train"/> itself, which waits at its reports for
/// its next turn.</summary>
internal static class TrainTurns
{
    public static int Run(string[] words)
    {
        var arguments = new Arguments("turns-train", words,
            ["model", "teacher", "precision", "batch", "threads", "steps", "images", "workers",
                "device"], ["whole", "plain-layout"]);
        _ = torch.manual_seed(0);
        using var student = Networks.Make(arguments.Text("model") ?? "resnet20");
        using var images = Networks.Images(arguments.Number("images", 50_000));
        var batches = new BatchOptions
        {
            BatchSize = arguments.Number("batch", 128),
            Augmentation = Augmentation.Standard,
            DropLast = true,
            Workers = arguments.Number("workers", 1, 0)
        };
        using var teacher = arguments.Text("teacher") is { } name ? Networks.Make(name) : null;
        var steps = arguments.Number("steps", 5);
        var whole = arguments.Has("whole");
        using var end = new CancellationTokenSource();
        var run = new TrainingRun(student, images, teacher is null ? new CrossEntropy() : new Kd { Temperature = 4 })
        {
            Batches = batches,
            Teacher = teacher,
            Options = new()
            {
                Steps = whole ? steps : 1_000_000,
                Precision = arguments.Text("precision") == "bf16" ? Precision.BFloat16 : Precision.Float32,
                ChannelsLast = !arguments.Has("plain-layout"),
                ReportEvery = steps,
                Threads = arguments.UseThreads(),
                Device = new torch.Device(arguments.Device()),
            },
        };
        Trainer.Train(run, whole ? null : new Waiting(steps, end), end.Token);
        if (whole) Say(0);
        return 0;
    }

    /// <summary>One line of JSON for <see cref="Contender"/>.</summary>
    public static void Say(double milliseconds) =>
        Console.WriteLine(
            JsonSerializer.Serialize(
                new { version = $"{TorchRuntime.Versions}", milliseconds, peak = Machine.Memory().Peak }));

    // The end of an epoch reports too: the turn goes on until its steps are made.
    private sealed class Waiting(int steps, CancellationTokenSource end) : IProgress<TrainingProgress>
    {
        private long started = Stopwatch.GetTimestamp(), since;

        public void Report(TrainingProgress value)
        {
            if (value.Step - since < steps) return;
            Say(Stopwatch.GetElapsedTime(started).TotalMilliseconds / (value.Step - since));
            if (Console.ReadLine() != "go") end.Cancel();
            (started, since) = (Stopwatch.GetTimestamp(), value.Step);
        }
    }
}
