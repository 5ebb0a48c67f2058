using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using TorchSharp;
using W2S.Models.Weights;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>The checkpoints of one run: a folder each, whole or not there, the last two kept.</summary>
/// <remarks><c>step-000000123/</c> holds <c>weights.safetensors</c> (the network's state dict),
/// <c>state.safetensors</c> (optimizer, the loss's own parameters) and <c>record.json</c> with the SHA-256 of
/// both.</remarks>
internal sealed class CheckpointStore(string folder)
{
    private const int Kept = 2;
    private const string Prefix = "step-", WeightsFile = "weights.safetensors", StateFile = "state.safetensors",
        RecordFile = "record.json";
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals
    };

    private long saved = Stopwatch.GetTimestamp();

    /// <summary>The longest time of work that a process which is killed may lose.</summary>
    public static TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether the last checkpoint is so long ago.</summary>
    public bool IsDue => Stopwatch.GetElapsedTime(saved) >= Interval;

    /// <summary>The checkpoints there are, newest first.</summary>
    public IReadOnlyList<string> Folders => Directory.Exists(folder)
        ? [.. Directory.EnumerateDirectories(folder, $"{Prefix}*")
            .Where(path =>
                long.TryParse(Path.GetFileName(path)[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture,
                    out _))
            .OrderByDescending(path => path, StringComparer.Ordinal)]
        : [];

    /// <summary>Writes a checkpoint and removes those before the last two.</summary>
    /// <exception cref="IOException">It cannot be written; the earlier ones are intact.</exception>
    public void Save(CheckpointRecord record, IReadOnlyDictionary<string, Tensor> weights,
        IReadOnlyDictionary<string, Tensor> state)
    {
        var target = Path.Combine(folder, $"{Prefix}{record.Step:d9}");
        try
        {
            RemoveUnfinished();
            // a damaged one that was passed over
            if (Directory.Exists(target)) Directory.Delete(target, recursive: true);
            DurableFile.WriteFolder(target, temporary =>
            {
                SafeTensorsFile.Write(Path.Combine(temporary, WeightsFile), weights);
                SafeTensorsFile.Write(Path.Combine(temporary, StateFile), state);
                var files = new[] { WeightsFile, StateFile }.ToDictionary(name => name,
                    name => Sha256(Path.Combine(temporary, name)));
                DurableFile.Write(Path.Combine(temporary, RecordFile),
                    stream => JsonSerializer.Serialize(stream, record with { Files = files }, Json));
            });
        }
        catch (Exception error) when (DurableFile.IsRefusal(error))
        {
            throw new IOException(
                $"the checkpoint of step {record.Step} cannot be written to {folder} ({error.Message}); make room or "
                + "give another folder: earlier checkpoints are intact", error);
        }
        saved = Stopwatch.GetTimestamp();
        // A damaged one that lies ahead is none of the two.
        foreach (var old in Folders.SkipWhile(path => string.CompareOrdinal(path, target) > 0).Skip(Kept))
            TryDelete(old);
    }

    /// <summary>Reads the newest checkpoint that is whole, and says which ones were passed over.</summary>
    /// <returns>Null where there is none. The tensors are owned by the current dispose scope.</returns>
    /// <exception cref="IOException">There are checkpoints and none is whole, or the newest whole one belongs to
    /// another run.</exception>
    public Checkpoint? Load(IReadOnlyDictionary<string, string> identity)
    {
        List<string> messages = [];
        foreach (var path in Folders)
        {
            CheckpointRecord record;
            IReadOnlyDictionary<string, Tensor> weights, state;
            try
            {
                record = ReadRecord(path);
                foreach (var (name, hash) in record.Files)
                    if (Sha256(Path.Combine(path, name)) != hash)
                        throw new InvalidDataException($"{name} is not what was written");
                weights = SafeTensorsFile.Read(Path.Combine(path, WeightsFile));
                state = SafeTensorsFile.Read(Path.Combine(path, StateFile));
            }
            catch (Exception error) when (error is IOException or JsonException or InvalidDataException
                or UnauthorizedAccessException or NotSupportedException)
            {
                messages.Add($"the checkpoint {path} is damaged ({error.Message}) and was passed over");
                continue;
            }
            RequireSameRun(record, identity, path);
            if (messages.Count > 0) messages.Add($"the run goes on from step {record.Step}");
            return new Checkpoint(record, weights, state, messages);
        }
        return messages.Count == 0
            ? null
            : throw new IOException(
                $"no checkpoint in {folder} is whole: {string.Join("; ", messages)}; delete the folder to begin again");
    }

    private static CheckpointRecord ReadRecord(string path)
    {
        using var stream = File.OpenRead(Path.Combine(path, RecordFile));
        return JsonSerializer.Deserialize<CheckpointRecord>(stream, Json)
            ?? throw new InvalidDataException($"{RecordFile} is empty");
    }

    private static void RequireSameRun(CheckpointRecord record, IReadOnlyDictionary<string, string> identity,
        string path)
    {
        if (record.Version != CheckpointRecord.CurrentVersion)
            throw new IOException(
                $"{path} is of format {record.Version} and this library reads {CheckpointRecord.CurrentVersion}; "
                + "continue it with the library that wrote it");
        foreach (var topic in identity.Keys.Union(record.Identity.Keys))
        {
            var (stored, wanted) = (record.Identity.GetValueOrDefault(topic), identity.GetValueOrDefault(topic));
            if (stored != wanted)
                throw new IOException(
                    $"{path} belongs to another run: its {topic} is '{stored}', this run's is '{wanted}'; give "
                    + "another folder, or delete that one to begin again");
        }
    }

    private void RemoveUnfinished()
    {
        if (!Directory.Exists(folder)) return;
        foreach (var path in Directory.EnumerateDirectories(folder, $"{Prefix}*{DurableFile.Temporary}"))
            TryDelete(path);
        foreach (var path in Directory.EnumerateFiles(folder, $"*.safetensors.*{DurableFile.Temporary}"))
            TryDelete(path); // of the best or the last weights
    }

    private static void TryDelete(string path)
    {
        try
        {
            if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
            else File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // An old checkpoint more does no harm.
        }
    }

    private static string Sha256(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}

/// <summary>A checkpoint that was read.</summary>
internal sealed record Checkpoint(
    CheckpointRecord Record, IReadOnlyDictionary<string, Tensor> Weights, IReadOnlyDictionary<string, Tensor> State,
    IReadOnlyList<string> Messages);
