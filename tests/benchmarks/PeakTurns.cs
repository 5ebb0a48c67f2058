using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace W2S.Benchmarks;

/// <summary>What this machine's convolutions can do at their best: large 3×3 ones, channels last, forward
/// only.</summary>
/// <remarks>A turn's "milliseconds" are those that 1 GFLOP takes, so that less is better here too.</remarks>
internal static class PeakTurns
{
    public static int Run(string[] words)
    {
        var arguments = new Arguments("turns-peak", words, ["precision", "batch", "threads", "steps", "device"], []);
        arguments.UseThreads();
        var device = arguments.Device();
        var type = arguments.Text("precision") == "bf16" ? ScalarType.BFloat16 : ScalarType.Float32;
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        (Tensor Images, Tensor Weights)[] shapes = [Pair(32, 128, 16), Pair(32, 256, 16), Pair(64, 256, 8)];
        var steps = arguments.Number("steps", 5);
        do
        {
            TrainTurns.Say(shapes.Min(shape => Time(shape.Images, shape.Weights, steps)));
        }
        while (Console.ReadLine() == "go");
        return 0;

        (Tensor, Tensor) Pair(long batch, long channels, long side) =>
            (Last(randn(batch, channels, side, side, device: device).to_type(type)),
                Last(randn(channels, channels, 3, 3, device: device).to_type(type)));
    }

    private static double Time(Tensor images, Tensor weights, int steps)
    {
        var started = Stopwatch.GetTimestamp();
        for (var step = 0; step < steps; step++)
            nn.functional.conv2d(images, weights, padding: [1, 1]).Dispose();
        if (images.device_type == DeviceType.CUDA) cuda.synchronize();
        var products = images.numel() * weights.numel() / (double)weights.shape[1];
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds / (steps * 2 * products / 1e9);
    }

    private static Tensor Last(Tensor x) => x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}
