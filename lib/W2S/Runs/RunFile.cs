using System.Text.Json;
using System.Text.Json.Nodes;
using TorchSharp;
using W2S.Models.Weights;
using W2S.Torch;

namespace W2S.Runs;

/// <summary>Results as files: a JSON list of runs, and their predictions beside it.</summary>
/// <remarks>
/// <c>NAME.json</c> holds the runs, <c>NAME.safetensors</c> their predictions under <c>HASH/SET/ARRAY</c>. The JSON
/// names the other's SHA-256 and is written after it. Labels that most runs of a file share stand once, under
/// <c>SET/labels</c>. Where a pair is replaced, the new arrays wait as
/// <c>NAME.safetensors.SHA256</c> until the new JSON stands, so that whatever interrupts, the JSON that is there has
/// its arrays.
/// </remarks>
public static class RunFile
{
    private const int Format = 3;
    private static readonly JsonSerializerOptions Plain = new()
    {
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions Json = new(Plain)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
        Converters =
        {
            new System.Text.Json.Serialization.JsonStringEnumConverter(), new OneLine<Arm>(), new OneLine<double[]>(),
            new OneLine<JsonObject>(),
        },
    };

    /// <summary>Writes results, for instance to commit them.</summary>
    /// <param name="path">The JSON file's path, ending in <c>.json</c>.</param>
    /// <param name="results">The runs; they are written in the order of kind, setting, seed and name.</param>
    /// <exception cref="RunException">It cannot be written; what was there is intact.</exception>
    public static void Write(string path, IReadOnlyList<RunResult> results)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(results);
        var sorted =
            results.OrderBy(run => run.Kind, StringComparer.Ordinal).ThenBy(run => run.Setting, StringComparer.Ordinal)
            .ThenBy(run => run.Seed).ThenBy(run => run.Name, StringComparer.Ordinal)
            .ThenBy(run => run.Hash, StringComparer.Ordinal).ToArray();
        var arraysPath = Beside(path);
        try
        {
            using var scope = torch.NewDisposeScope();
            var shared = SharedLabels(sorted);
            var arrays = sorted.SelectMany(run => run.Outcome.Predictions
                .SelectMany(set => set.Value.Tensors($"{run.Hash}/{set.Key}",
                    withLabels: !(shared.TryGetValue(set.Key, out var same) && same.SequenceEqual(set.Value.Labels))))
                .Concat(run.Outcome.Tasks.ToDictionary(of => TasksAt(run.Hash, of.Key),
                    of => torch.tensor(of.Value.ToArray()))))
                .Concat(shared.ToDictionary(of => SamplePredictions.LabelsAt(of.Key),
                    of => SamplePredictions.Small(of.Value))).ToDictionary();
            string? sum = null;
            if (arrays.Count > 0)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
                var temporary = $"{path}.{Guid.NewGuid():n}{DurableFile.Temporary}";
                try
                {
                    SafeTensorsFile.Write(temporary, arrays);
                    sum = KeptFiles.SumNow(temporary);
                    if (File.Exists(path)) arraysPath = Waiting(path, sum);
                    File.Move(temporary, arraysPath, overwrite: true);
                }
                finally
                {
                    File.Delete(temporary);
                }
            }
            // Runs of one plan measure arms of the same facets: these stand once.
            RunFacets[] facets = [.. sorted.SelectMany(run => run.Outcome.Arms).Select(arm => arm.Facets).Distinct()];
            var places = facets.Index().ToDictionary(one => one.Item, one => one.Index);
            var file = new Contents(Format, sum, facets.Length == 0 ? null : facets,
                [.. sorted.Select(run => Run.Of(run, places))]);
            DurableFile.Write(path, stream => JsonSerializer.Serialize(stream, file, Json));
            if (sum is null) File.Delete(Beside(path));
            else if (arraysPath != Beside(path)) File.Move(arraysPath, Beside(path), overwrite: true);
            foreach (var stale in Directory.EnumerateFiles(Path.GetDirectoryName(Path.GetFullPath(path))!).Where(
                file => Path.GetFileName(file).StartsWith(Waiting(Path.GetFileName(path), ""),
                    StringComparison.Ordinal)))
                File.Delete(stale);
        }
        catch (Exception error) when (DurableFile.IsRefusal(error))
        {
            throw new RunException(
                $"results cannot be written to {path} ({error.Message}); make room, or give a folder that can be "
                + "written", error);
        }
    }

    /// <summary>Reads results.</summary>
    /// <param name="path">The JSON file.</param>
    /// <returns>The runs, in the order of the file.</returns>
    /// <exception cref="RunException">It is damaged or of another format; the message says which.</exception>
    public static IReadOnlyList<RunResult> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using var stream = File.OpenRead(path);
            var file = JsonSerializer.Deserialize<Contents>(stream, Json)
                ?? throw new InvalidDataException("it is empty");
            if (file.Format != Format)
                throw new InvalidDataException($"it is of format {file.Format} and this library reads {Format}");
            var arraysPath = file.Sha256 is { } waiting && File.Exists(Waiting(path, waiting)) ? Waiting(path, waiting)
                : Beside(path);
            if (file.Sha256 is { } sum && KeptFiles.SumNow(arraysPath) != sum)
                throw new InvalidDataException($"{Path.GetFileName(arraysPath)} is not what was written with it");
            using var scope = torch.NewDisposeScope();
            var arrays = file.Sha256 is null ? new Dictionary<string, torch.Tensor>()
                : SafeTensorsFile.Read(arraysPath);
            return [.. file.Runs.Select(run => run.Result(arrays, file.Arms ?? []))];
        }
        catch (Exception error)
            when (error is JsonException or InvalidDataException or IOException or KeyNotFoundException
                or UnauthorizedAccessException or NotSupportedException)
        {
            throw new RunException(
                $"{path} cannot be read ({error.Message}); delete it, or get it anew from the repository", error);
        }
    }

    /// <summary>The times that a file's runs took, without reading the rest of it.</summary>
    /// <param name="path">The JSON file.</param>
    /// <returns>Seconds by hash; nothing where the file is damaged.</returns>
    internal static IReadOnlyDictionary<string, double> Seconds(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var runs = JsonSerializer.Deserialize<Times>(stream, Json)?.Runs ?? [];
            return runs.DistinctBy(run => run.Hash).ToDictionary(run => run.Hash, run => run.Seconds);
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            return new Dictionary<string, double>();
        }
    }

    // By set, the labels that most runs have, where several do.
    private static Dictionary<string, IReadOnlyList<int>> SharedLabels(IEnumerable<RunResult> runs) =>
        runs.SelectMany(run => run.Outcome.Predictions)
            .GroupBy(set => (set.Key, Labels: string.Join(' ', set.Value.Labels))).Where(same => same.Count() > 1)
            .GroupBy(same => same.Key.Key)
            .ToDictionary(of => of.Key, of => of.MaxBy(same => same.Count())!.First().Value.Labels);

    private static string Beside(string path) => Path.ChangeExtension(path, ".safetensors");

    private static string Waiting(string path, string sum) => $"{Beside(path)}.{sum}";

    private static string TasksAt(string hash, string name) => $"{hash}/{name}/tasks";

    private sealed record Times(IReadOnlyList<Times.Run> Runs)
    {
        public sealed record Run(string Hash, double Seconds);
    }

    private sealed record Contents(
        int Format, string? Sha256, IReadOnlyList<RunFacets>? Arms, IReadOnlyList<Run> Runs);

    private sealed record Arm(int Is, Dictionary<string, double> Values);

    // Columns, records and arms are many and long: a line each, so that a file can still be read.
    private sealed class OneLine<T> : System.Text.Json.Serialization.JsonConverter<T>
    {
        public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize<T>(ref reader, Plain);

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteRawValue(JsonSerializer.SerializeToUtf8Bytes(value, Plain));
    }

    private sealed record Run(
        string Hash, string Kind, RunFacets Facets, double TestPerTrain, long Seed, Dictionary<string, double> Values,
        IReadOnlyList<Arm>? Arms, Dictionary<string, double[]> History, string[] Predictions, double Seconds,
        DateTime Ended, string Versions, RunMachine? Machine, IReadOnlyDictionary<string, string> Files,
        IReadOnlyDictionary<string, string> Inputs, JsonObject Record)
    {
        private const string Epoch = "epoch";

        public static Run Of(RunResult run, Dictionary<RunFacets, int> places)
        {
            // A column a quantity: a history of dozens of epochs stays a few lines. NaN stands where a quantity was not
            // measured.
            var history = new Dictionary<string, double[]>();
            if (run.Outcome.History.Count > 0)
            {
                history[Epoch] = [.. run.Outcome.History.Select(point => point.Epoch)];
                foreach (var name in run.Outcome.History.SelectMany(point => point.Values.Keys).Distinct())
                    history[name] = [.. run.Outcome.History.Select(
                        point => Math.Round(point.Values.GetValueOrDefault(name, double.NaN), 6))];
            }
            return new Run(run.Hash, run.Kind, run.Facets, run.TestPerTrain, run.Seed,
                run.Outcome.Values.ToDictionary(), [.. run.Outcome.Arms.Select(arm => new Arm(places[arm.Facets],
                    arm.Values.ToDictionary(one => one.Key, one => Math.Round(one.Value, 6))))], history,
                [.. run.Outcome.Predictions.Keys], Math.Round(run.Seconds, 1), run.Ended, run.Versions, run.Machine,
                run.Files, run.Inputs, run.Record.DeepClone().AsObject());
        }

        public RunResult Result(IReadOnlyDictionary<string, torch.Tensor> arrays, IReadOnlyList<RunFacets> facets)
        {
            if (Experiment.HashOf(Record) != Hash)
                throw new InvalidDataException(
                    $"the record of {Facets.Method}, {Facets.Setting}, seed {Seed} is not that of hash {Hash}");
            var points = !History.TryGetValue(Epoch, out var epochs) ? []
                : epochs.Select((epoch, i) => new RunPoint(epoch,
                History.Where(column => column.Key != Epoch && !double.IsNaN(column.Value[i]))
                    .ToDictionary(column => column.Key, column => column.Value[i]))).ToArray();
            return new RunResult
            {
                Record = Record,
                Hash = Hash,
                Kind = Kind,
                Facets = Facets,
                TestPerTrain = TestPerTrain,
                Seed = Seed,
                Seconds = Seconds,
                Versions = Versions,
                Machine = Machine,
                Files = Files,
                Inputs = Inputs,
                Ended = Ended,
                Outcome = new RunOutcome
                {
                    Values = Values,
                    Arms = [.. (Arms ?? []).Select(arm => new RunArm(facets.ElementAtOrDefault(arm.Is)
                        ?? throw new InvalidDataException($"arm {arm.Is} is not described"), arm.Values))],
                    History = points,
                    Predictions =
                        Predictions.ToDictionary(set => set, set => SamplePredictions.From(arrays, Hash, set)),
                    Tasks = Values.Keys.Where(name => arrays.ContainsKey(TasksAt(Hash, name))).ToDictionary(
                        name => name, IReadOnlyList<float> (name) => [.. arrays[TasksAt(Hash, name)].data<float>()]),
                },
            };
        }
    }
}
