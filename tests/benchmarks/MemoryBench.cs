using W2S.Data;
using W2S.Data.Views;
using W2S.Losses;
using W2S.Models;
using W2S.Training;

namespace W2S.Benchmarks;

/// <summary>Resident memory over a long run of the trainer.</summary>
internal static class MemoryBench
{
    public static int Run(string[] words)
    {
        var arguments =
            new Arguments("memory", words, ["model", "precision", "batch", "threads", "steps", "every", "json"], []);
        var (model, batch) = (arguments.Text("model") ?? "resnet20", arguments.Number("batch", 128));
        var (steps, every) = (arguments.Number("steps", 10_000, 500), arguments.Number("every", 500));
        var threads = arguments.UseThreads();
        var machine = Machine.Here(threads);
        Console.WriteLine(machine);
        Console.WriteLine(
            $"{model}, batches of {batch} of {Contenders.DataName}, {steps:N0} "
            + $"steps\n{"step",8}{"MiB",9}{"peak MiB",10}{"loss",8}");
        using var student = Networks.Make(model);
        using var images = Networks.Images(50_000);
        List<(long Step, double Now)> seen = [];
        var run = new TrainingRun(student, images, new CrossEntropy())
        {
            Batches = new() { BatchSize = batch, Augmentation = Augmentation.Standard, DropLast = true },
            Options = new()
            {
                Steps = steps,
                ReportEvery = Math.Min(every, 50),
                Threads = threads,
                Precision = arguments.Text("precision") == "bf16" ? Precision.BFloat16 : Precision.Float32
            },
        };
        Trainer.Train(run, new Listener(point =>
        {
            var (now, peak) = Machine.Memory();
            seen.Add((point.Step, now));
            if (point.Step % every == 0 || point.Step == steps)
                Console.WriteLine($"{point.Step,8}{now,9:F0}{peak,10:F0}{point.Losses["total"],8:F3}");
        }));
        // The heap gives its holes back now and then: a moment says little, so the highest of a thousand steps, from
        // step 500 on and in the end.
        var begin = Math.Min(500, steps / 4);
        var span = Math.Min(1_000, (steps - begin) / 2);
        var (first, last) = (Highest(begin, begin + span), Highest(steps - span, steps));
        Console.WriteLine(
            $"\nhighest of steps {begin:N0} to {begin + span:N0} and of the last {span:N0} of {steps:N0}: {first:F0} "
            + $"→ {last:F0} MiB, {last / first - 1:+0.0%;−0.0%}; peak {Machine.Memory().Peak:F0} MiB");
        Results.Write(arguments.Text("json"),
            new
            {
                machine,
                data = Contenders.DataName,
                model,
                batch,
                steps,
                highestFirst = first,
                highestLast = last,
                Machine.Memory().Peak,
                samples = seen.Select(s => new { s.Step, s.Now })
            });
        return 0;

        double Highest(long after, long until) => seen.Where(s => s.Step > after && s.Step <= until).Max(s => s.Now);
    }

    private sealed class Listener(Action<TrainingProgress> hear) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => hear(value);
    }
}
