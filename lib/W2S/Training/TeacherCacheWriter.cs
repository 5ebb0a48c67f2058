using System.Diagnostics;
using System.Text.Json;
using TorchSharp;
using W2S.Data;
using W2S.Data.Batches;
using W2S.Models;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>Writes a teacher cache batch by batch, so that it may be larger than memory.</summary>
internal static class TeacherCacheWriter
{
    /// <summary>How a key calls views that are none.</summary>
    public const string Plain = "the images as they are";

    public static int Bytes(ScalarType type) => type == ScalarType.Float16 ? 2 : 4;

    public static void Write(
        string path, TeacherKey key, ImageModel teacher, ImageSet images, BatchOptions batches, ScalarType type,
        IProgress<ExtractionProgress>? progress, CancellationToken token)
    {
        Devices.UseThreads();
        var device = teacher.parameters().FirstOrDefault()?.device ?? CPU;
        var views = key.Views == Plain ? 1 : batches.Views!.Value;
        using var loader =
            new BatchLoader(images,
                batches with { Shuffle = false, Mixing = null, Device = device, ChannelsLast = true });
        var training = teacher.training;
        DurableFile.Write(path, stream =>
        {
            using var _ = no_grad();
            var header = Header(key, type, views, images.Count, teacher.Classes);
            stream.Write(BitConverter.GetBytes((ulong)header.Length));
            stream.Write(header);
            var (done, total, clock) = (0, views * images.Count, Stopwatch.StartNew());
            teacher.eval();
            try
            {
                for (var view = 0; view < views; view++)
                {
                    foreach (var batch in loader.InOrder(view))
                    {
                        token.ThrowIfCancellationRequested();
                        using (var scope = NewDisposeScope())
                            stream.Write(teacher.call(batch.Images).to_type(type).cpu().contiguous().bytes);
                        ProcessSettings.ReleaseMemory();
                        done += batch.Count;
                        progress?.Report(new ExtractionProgress(done, total, done / clock.Elapsed.TotalSeconds));
                    }
                }
            }
            finally
            {
                teacher.train(training);
            }
        });
    }

    private static byte[] Header(TeacherKey key, ScalarType type, int views, int images, int classes)
    {
        var json = JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["__metadata__"] = new Dictionary<string, string>
            {
                ["teacher"] = key.Teacher,
                ["input"] = key.Input,
                ["data"] = key.Data,
                ["views"] = key.Views,
                ["type"] = type.ToString(),
                ["view-count"] = $"{views}",
                ["image-count"] = $"{images}",
                ["class-count"] = $"{classes}",
            },
            ["logits"] = new Dictionary<string, object>
            {
                ["dtype"] = type == ScalarType.Float16 ? "F16" : "F32",
                ["shape"] = new long[] { views, images, classes },
                ["data_offsets"] = new long[] { 0, (long)views * images * classes * Bytes(type) },
            },
        });
        return System.Text.Encoding.UTF8.GetBytes(json.PadRight((json.Length + 7) / 8 * 8));
    }
}
