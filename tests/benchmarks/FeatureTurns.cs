using System.Diagnostics;
using TorchSharp;
using W2S.Data;
using W2S.Models;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Benchmarks;

/// <summary>A frozen pass as a contender: a turn's milliseconds are those of one image.</summary>
internal static class FeatureTurns
{
    public static int Run(string[] words)
    {
        var arguments = new Arguments("turns-features", words,
            ["model", "images", "engine", "batch", "threads", "steps", "device"], []);
        var threads = arguments.UseThreads();
        var (name, count, batch) = (arguments.Text("model")!, arguments.Number("images", 1_024),
            arguments.Number("batch", 256));
        _ = manual_seed(0);
        using var scope = NewDisposeScope();
        using var model = Make(name);
        var side = Side(name);
        using var images = new ImageSet("random", randint(0, 256, [count, 3, side, side], ScalarType.Byte),
            new long[count], ["one"]);
        model.eval();
        using var peer = arguments.Text("engine") == "onnx" ? new OnnxSession(model, threads) : null;
        Func<Tensor> turn = arguments.Text("engine") switch
        {
            "onnx" => () => InBatches(peer!.Run),
            "plain" => () => InBatches(batch => model.Features(batch.permute(0, 2, 3, 1).contiguous()
                .permute(0, 3, 1, 2))),
            _ => () =>
            {
                var seen = FeatureExtractor.Compute(model, images);
                seen.Logits.Dispose();
                return seen.Features;
            },
        };
        do
        {
            var started = Stopwatch.GetTimestamp();
            using var features = turn();
            TrainTurns.Say(Stopwatch.GetElapsedTime(started).TotalMilliseconds / count);
        }
        while (Console.ReadLine() == "go");
        return 0;

        Tensor InBatches(Func<Tensor, Tensor> features)
        {
            using var _ = no_grad();
            using var all = NewDisposeScope();
            return cat([.. Enumerable.Range(0, (count + batch - 1) / batch).Select(index =>
            {
                using var one = NewDisposeScope();
                var bytes = images.Images.narrow(0, index * batch, Math.Min(batch, count - index * batch));
                return features(model.Normalization.Apply(bytes)).MoveToOuterDisposeScope();
            })]).DetachFromDisposeScope();
        }
    }

    /// <summary>One of the residual networks of the catalogue, for 100 classes.</summary>
    /// <exception cref="UsageException">Another name.</exception>
    public static ResNet Make(string name)
    {
        try
        {
            if (ModelCatalogue.Create(name, 100) is ResNet network) return network;
        }
        catch (ArgumentException)
        {
            // Said below.
        }
        throw new UsageException($"--models has '{name}'; give ResNets of the catalogue, such as resnet56,resnet18");
    }

    /// <summary>CIFAR's pixels, and for ImageNet's networks what the pages use.</summary>
    public static int Side(string name) => ModelCatalogue.Find(name).ImageSize == 32 ? 32 : 128;
}
