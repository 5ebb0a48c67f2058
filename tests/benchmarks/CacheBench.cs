using System.Diagnostics;
using TorchSharp;
using W2S.Data;
using W2S.Data.Batches;
using W2S.Data.Views;
using W2S.Models;
using W2S.Torch;
using W2S.Training;

namespace W2S.Benchmarks;

/// <summary>What a teacher costs: a distillation step with cached logits and with the teacher in the step, beside a
/// plain step.</summary>
internal static class CacheBench
{
    private const int Count = 12_800;

    public static int Run(string[] words)
    {
        var arguments =
            new Arguments("cache", words,
                ["student", "teacher", "precision", "batch", "threads", "rounds", "steps", "seconds",
                    "json"], ["peer"]);
        var (student, teacher) = (arguments.Text("student") ?? "resnet56", arguments.Text("teacher") ?? "resnet20");
        var (batch, threads) = (arguments.Number("batch", 128), arguments.UseThreads());
        var (rounds, steps) = (arguments.Number("rounds", 15), arguments.Number("steps", 4));
        var machine = Machine.Here(threads);
        Console.WriteLine(machine);
        Console.WriteLine(
            $"{teacher} teaches {student}; {Count:N0} images, batches of {batch} of {Contenders.DataName}\n");
        var folder = Directory.CreateTempSubdirectory("w2s-bench-").FullName;
        List<Contender> contenders = [];
        try
        {
            var cache = MakeCache(Path.Combine(folder, "teacher.safetensors"), teacher, batch, threads);
            Console.WriteLine(
                $"cache: {cache.Seconds:F1} s to make ({Count / cache.Seconds:F0} images/s), {cache.Megabytes:F1} MB, "
                + $"{cache.ReadMilliseconds:F3} ms to read a batch\n");
            var start = new Contenders(threads, batch, steps);
            string[] common = ["turns-train", "--model", student, "--images", $"{Count}", "--precision",
                arguments.Text("precision") ?? "fp32"];
            string[] peers = ["train", .. common[1..], "--layout", "channels-last"];
            contenders.Add(start.Ours("plain step", common));
            contenders.Add(
                start.Ours("distillation, cached logits", [.. common, "--teacher", teacher, "--cache", cache.Path]));
            contenders.Add(start.Ours("distillation, teacher in the step", [.. common, "--teacher", teacher]));
            if (arguments.Has("peer"))
            {
                contenders.Add(start.Peer("PyTorch, plain step", peers));
                contenders.Add(start.Peer("PyTorch, teacher in the step", [.. peers, "--teacher", teacher]));
            }
            Turns.Run(contenders, rounds, arguments.Number("seconds", 600));
            var rows = contenders.Select(c => Turns.Of(c, contenders[0])).ToList();
            Console.WriteLine(
                $"{rows[0].Turns} turns of {steps} steps each\n{"",-34}{"ms a step",10}   "
                + $"{"quartiles",-17}{"of plain",9}{"peak MiB",10}");
            foreach (var row in rows)
                Console.WriteLine(
                    $"{row.Name,-34}{row.Median,10:F1}   "
                    + $"{$"{row.Low:F1} … {row.High:F1}",-17}{1 / row.Faster,9:F3}{row.PeakMemory,10:F0}");
            Results.Write(arguments.Text("json"),
                new
                {
                    machine,
                    data = Contenders.DataName,
                    student,
                    teacher,
                    batch,
                    rounds,
                    steps,
                    cache.Seconds,
                    cache.Megabytes,
                    cache.ReadMilliseconds,
                    rows
                });
            return 0;
        }
        finally
        {
            contenders.ForEach(c => c.Dispose());
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (string Path, double Seconds, double Megabytes, double ReadMilliseconds) MakeCache(string path,
        string teacher, int batch, int threads)
    {
        Devices.UseThreads(threads);
        using var images = Networks.Images(Count);
        using var model = TrainTurns.MakeTeacher(teacher);
        var started = Stopwatch.GetTimestamp();
        using var cache =
            TeacherCache.Create(path, model, images,
                new BatchOptions
                {
                    BatchSize = batch,
                    Augmentation = Augmentation.Standard,
                    DropLast = true,
                    Views = 1
                });
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var random = new SeededRandom(1);
        List<double> reads = [];
        for (var turn = 0; turn < 200; turn++)
        {
            using var scope = torch.NewDisposeScope();
            int[] rows = [.. Enumerable.Range(0, batch).Select(_ => random.Next(Count))];
            started = Stopwatch.GetTimestamp();
            cache.Read(rows);
            reads.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        return (path, seconds, new FileInfo(path).Length / 1e6, Turns.Quantile(reads, 0.5));
    }
}
