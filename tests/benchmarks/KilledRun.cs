using TorchSharp;
using W2S.Data;
using W2S.Data.Batches;
using W2S.Data.Shapes;
using W2S.Data.Views;
using W2S.Losses;
using W2S.Models;
using W2S.Training;

namespace W2S.Benchmarks;

/// <summary>A run to be killed: ResNet-8 on drawn shapes with all that has a state, and a checkpoint after every
/// update.</summary>
/// <remarks>It prints a line after the update with which it begins, and ends with its folder holding
/// <c>last.safetensors</c>.</remarks>
internal static class KilledRun
{
    public static int Run(string[] words)
    {
        var arguments = new Arguments("killed", words, ["folder", "epochs", "every"], []);
        var folder = arguments.Text("folder") ?? throw new UsageException("killed: --folder is missing");
        _ = torch.manual_seed(1);
        using var student = ResNet.Cifar(8, 20);
        using var images = ShapeImages.Create(new ShapesOptions { Count = 96 }, seed: 1);
        using var held = ShapeImages.Create(new ShapesOptions { Count = 48 }, seed: 2);
        var run = new TrainingRun(student, images, new CrossEntropy())
        {
            Batches = new()
            {
                BatchSize = 16,
                Seed = 3,
                Augmentation = Augmentation.Standard,
                Mixing = new MixOptions { Mixup = 0.3 }
            },
            Validation = held,
            Options = new()
            {
                Epochs = arguments.Number("epochs", 4),
                Optimizer = new AdamW(0.005),
                ReportEvery = 1,
                CheckpointEvery = arguments.Number("every", 1),
                Folder = folder,
                Threads = 1,
            },
        };
        Trainer.Train(run, new First());
        return 0;
    }

    private sealed class First : IProgress<TrainingProgress>
    {
        private bool said;

        public void Report(TrainingProgress value)
        {
            if (said) return;
            said = true;
            Console.WriteLine(value.Step);
        }
    }
}
