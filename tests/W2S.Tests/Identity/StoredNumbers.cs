using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SkiaSharp;
using TorchSharp;
using W2S.Data;
using W2S.Data.Batches;
using W2S.Data.Corruptions;
using W2S.Data.Shapes;
using W2S.Data.Sources;
using W2S.Data.Views;
using W2S.Experiments;
using W2S.Experiments.FewShot;
using W2S.Experiments.LabelChoice;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Losses.NoisyLabels;
using W2S.Losses.WeakToStrong;
using W2S.Models;
using W2S.Models.Weights;
using W2S.Runs;
using W2S.Selection;
using W2S.Tests.Training;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Tests.Identity;

/// <summary>Small computations whose bits are stored: every loss on reference batches and in a training of 20 steps,
/// every way to train, images of files, every experiment.</summary>
internal static class StoredNumbers
{
    /// <summary>All of them, each by its name, with the types by whose code it is made.</summary>
    public static IReadOnlyList<(string Name, IReadOnlySet<string> Types, Func<string> Bits)> Cases =>
        [.. Losses(), .. Trainings(), .. Probes(), .. Networks(), .. Images(), .. Experiments()];

    /// <summary>The bits of plain operations, which tell kinds of machines apart.</summary>
    public static string Machine()
    {
        using var one = Devices.OneThread();
        using var scope = NewDisposeScope();
        var x = Numbers(64, 64, 0.37).to_type(ScalarType.Float32);
        var image = Numbers(2 * 16, 144, 0.11).to_type(ScalarType.Float32).reshape(2, 16, 12, 12);
        var y = x.to_type(ScalarType.Float64);
        return Sum([x.matmul(x), x.exp(), x.softmax(1), x.sum(0),
            nn.functional.conv2d(image, x.narrow(0, 0, 16).repeat(1, 3).narrow(1, 0, 144).reshape(16, 16, 3, 3),
                padding: [1, 1]),
            y.matmul(y), y.exp(), y.log_softmax(1), y.sigmoid(), y.sum(1)]);
    }

    private static IEnumerable<(string, IReadOnlySet<string>, Func<string>)> Losses() => LossCatalogue.Entries
        .DistinctBy(Describe).SelectMany(entry => new (string, IReadOnlySet<string>, Func<string>)[]
        {
            ($"20 steps of {Describe(entry)}", Shown(entry.Loss), () => Trained(entry.Loss, Run(entry.Loss))),
            ($"batches of {Describe(entry)}", Shown(entry.Loss), () => OnBatches(entry.Loss)),
        });

    // A loss shows its own formula, and what every loss is made with.
    private static HashSet<string> Shown(Loss loss) =>
        [.. Subjects.In(loss), nameof(Logits), nameof(LossBatch), nameof(LossParts), nameof(TeacherTerms)];

    private static IEnumerable<(string, IReadOnlySet<string>, Func<string>)> Trainings()
    {
        Optimizer[] optimizers = [new Sgd(0.05), new Sgd(0.05) { Nesterov = false, WeightDecay = 0.01 },
            new Adam { LearningRate = 0.01, WeightDecay = 0.01 }, new AdamW { LearningRate = 0.01 }];
        LearningRateSchedule[] schedules = [new ConstantSchedule(), new CosineSchedule(),
            new StepSchedule { Every = 1 }];
        Augmentation[] augmentations =
        [
            Augmentation.Standard, new() { ResizedCrop = new RandomResizedCrop(), Flip = true },
            new() { Erasing = new RandomErasing() },
        ];
        var kd = new Kd();
        foreach (var optimizer in optimizers)
            yield return Case(Run(kd) with { Options = Short with { Optimizer = optimizer } }, optimizer);
        foreach (var schedule in schedules)
            yield return Case(Run(kd) with { Options = Short with { Schedule = schedule } }, schedule);
        foreach (var augmentation in augmentations)
            yield return Case(Run(kd) with { Batches = Batches with { Augmentation = augmentation } }, augmentation);

        (string, IReadOnlySet<string>, Func<string>) Case(TrainingRun run, object part) =>
            ($"20 steps with {part}",
                new HashSet<string>([.. Subjects.In(part), nameof(Trainer), nameof(TrainerOptions), nameof(Kd)]),
                () => Trained(kd, run));
    }

    private static IEnumerable<(string, IReadOnlySet<string>, Func<string>)> Probes()
    {
        foreach (var options in new LinearProbeOptions[] { new() { Steps = 20, BatchSize = 16 },
            new() { Steps = 20, BatchSize = 16, Mixup = 1, Standardize = false, Optimizer = new Sgd(0.1) } })
        {
            yield return ($"probe of 20 steps, {options}",
                new HashSet<string>(
                    [.. Subjects.In(options), nameof(LinearProbe), nameof(AdaptConf), nameof(DistillationLoss)]),
                    () => Bits(() =>
            {
                var (features, labels) = (Numbers(48, 10, 0.53).to_type(ScalarType.Float32), Labels(48, 4));
                using var probe =
                    LinearProbe.Train(features, 4, new AdaptConf(),
                        new Supervision { Labels = labels, TeacherLogits = Numbers(48, 4, 0.29) }, options);
                return [probe.Logits(features)];
            }));
        }
    }

    // All that are small, the smallest of every class, and one that sees its images at another size.
    private static IEnumerable<(string, IReadOnlySet<string>, Func<string>)> Networks()
    {
        var small = ModelCatalogue.All.Where(entry => entry.Parameters < 3_000_000 && entry.ImageSize == 32);
        var first = ModelCatalogue.All.GroupBy(entry => ModelCatalogue.TypeOf(entry.Name))
            .Select(entries => entries.MinBy(entry => entry.Parameters)!);
        foreach (var entry in small.Union(first))
        {
            var types = new HashSet<string> { nameof(ModelCatalogue), ModelCatalogue.TypeOf(entry.Name).Name };
            yield return Case(entry.Name, types, entry.ImageSize, () => ModelCatalogue.Create(entry.Name, 5, 3));
        }
        var adapted = new CatalogueNetwork("resnet8").At(24, stage: 2);
        yield return Case(adapted.Title, Subjects.In(adapted), 32, () => adapted.Create(5, 3));
        yield return ("network of public weights", new HashSet<string> { nameof(PublicNetwork) }, () => Bits(() =>
        {
            using var folder = new Data.TemporaryFolder();
            Directory.CreateDirectory(folder.At("weights"));
            using var given = ModelCatalogue.Create("resnet20", 100, 3);
            SafeTensorsFile.Write(folder.At("weights", "cifar100_resnet20.pth"), given.state_dict());
            return InDataFolder<Tensor[]>(folder, () =>
            {
                var network = new PublicNetwork("cifar100_resnet20");
                using var published = network.Published();
                using var own = network.Create(7, 1);
                var images = Numbers(2 * 3 * 32, 32, 0.19).to_type(ScalarType.Float32).reshape(2, 3, 32, 32);
                return [published.call(images).detach(), own.Features(images).detach()];
            });
        }));

        (string, IReadOnlySet<string>, Func<string>) Case(string name, IReadOnlySet<string> types, int side,
            Func<ImageModel> make) => ($"network {name}", types, () => Bits(() =>
        {
            using var model = make();
            var images = Numbers(2 * 3 * side, side, 0.19).to_type(ScalarType.Float32).reshape(2, 3, side, side);
            // From a seed: one of them drops numbers out.
            var logits = FirstWeights.Of(3, () => model.call(images));
            logits.sum().backward();
            return [logits.detach(),
                .. model.parameters().Select(weight => weight.grad!).Where(gradient => gradient is not null)];
        }));
    }

    private static T InDataFolder<T>(Data.TemporaryFolder folder, Func<T> compute)
    {
        var before = Environment.GetEnvironmentVariable(DataFolder.Variable);
        Environment.SetEnvironmentVariable(DataFolder.Variable, folder.Path);
        try
        {
            return compute();
        }
        finally
        {
            Environment.SetEnvironmentVariable(DataFolder.Variable, before);
        }
    }

    private static IEnumerable<(string, IReadOnlySet<string>, Func<string>)> Images()
    {
        yield return ("images of files", new HashSet<string> { nameof(FolderSource), nameof(MiniImageNetSource) },
            () => Bits(() =>
            {
                using var folder = new Data.TemporaryFolder();
                foreach (var (part, format) in new[]
                    { ("train", SKEncodedImageFormat.Jpeg), ("val", SKEncodedImageFormat.Png) })
                    foreach (var shade in new[] { 0, 90 })
                        Draw(folder.At(part, $"{part}-{shade}", "1.jpg"), shade, format);
                using var files = (new FolderSource(folder.At("train")) { Size = 16 }).Read();
                using var seen = MiniImageNet.Read(folder.Path, ClassPart.Base, 16);
                using var validation = MiniImageNet.Read(folder.Path, ClassPart.Validation, 16);
                return [files.Images.clone(), seen.Images.clone(), validation.Images.clone()];
            }));
        yield return ("corrupted images", new HashSet<string> { nameof(CorruptedSource), nameof(Corruption) },
            () => Bits(() =>
            {
                var source = new ShapesSource(new ShapesOptions { Count = 24 }, 3);
                return [.. Enum.GetValues<CorruptionKind>().Select(kind =>
                {
                    using var spoilt = source.Corrupted(new Corruption(kind, 3), seed: 5).Read();
                    return spoilt.Images.clone();
                })];
            }));
        yield return ("joined images", new HashSet<string> { nameof(JoinedSource) }, () => Bits(() =>
        {
            var first = new ShapesSource(new ShapesOptions { Count = 24 }, 3);
            using var joined = new JoinedSource(first, first with { Seed = 4 }).OfClasses(7, 2, 11).Read();
            return [joined.Images.clone(), tensor(joined.Labels.ToArray())];
        }));
        yield return ("CIFAR-100 of files", new HashSet<string> { nameof(Cifar100Source) }, () => Bits(() =>
        {
            using var folder = new Data.TemporaryFolder();
            WriteCifar(folder);
            return InDataFolder<Tensor[]>(folder, () =>
            {
                var train = new Cifar100Source(DataSplit.Train);
                DataSource[] sources = [train.Sample(300, 5), train.LabelledByPeople!.FirstOfEachClass(3),
                    new Cifar100Source(DataSplit.Test, Cifar100Labels.Coarse).Sample(300)];
                return [.. sources.SelectMany(source =>
                {
                    using var set = source.Read();
                    return new[] { set.Images.clone(), tensor(set.Labels.ToArray()) };
                })];
            });
        }));

        // Files of the official sizes, and labels of people of whom one in three is mistaken.
        static void WriteCifar(Data.TemporaryFolder folder)
        {
            foreach (var name in new[] { Cifar100.Folder, "cifar-100n" }) Directory.CreateDirectory(folder.At(name));
            foreach (var (name, count) in new[] { ("train.bin", 50_000), ("test.bin", 10_000) })
            {
                using var file = File.Create(folder.At(Cifar100.Folder, name));
                var record = new byte[3074];
                for (var i = 0; i < count; i++)
                {
                    (record[0], record[1]) = ((byte)Cifar100.SuperClasses[i % 100], (byte)(i % 100));
                    for (var k = 2; k < record.Length; k++) record[k] = (byte)(i + 7 * k + i / 100 * k / 16);
                    file.Write(record);
                }
            }
            foreach (var (name, count) in new[] { ("fine", 100), ("coarse", 20) })
                File.WriteAllLines(folder.At(Cifar100.Folder, $"{name}_label_names.txt"),
                    Enumerable.Range(0, count).Select(k => $"{name} {k}"));
            File.WriteAllLines(folder.At("cifar-100n", "cifar-100n.csv"), Enumerable.Range(0, 50_000).Select(
                i => $"{i},{i % 100},{(i % 3 == 0 ? i * 7 % 100 : i % 100)}").Prepend("index,clean_label,noisy_label"));
        }

        static void Draw(string path, int shade, SKEncodedImageFormat format)
        {
            using var bitmap = new SKBitmap(24, 20);
            for (var x = 0; x < 24; x++)
                for (var y = 0; y < 20; y++)
                    bitmap.SetPixel(x, y, new SKColor((byte)(x * 11), (byte)(y * 13), (byte)(x * y + shade)));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var stream = File.Create(path);
            bitmap.Encode(stream, format, 90);
        }
    }

    private static IEnumerable<(string, IReadOnlySet<string>, Func<string>)> Experiments()
    {
        foreach (var (name, experiment) in TinyExperiments.All)
            yield return ($"experiment {name}", Subjects.In(experiment), () => TinyExperiments.Bits(experiment));
    }

    private static TrainerOptions Short { get; } = new() { Steps = 20, Optimizer = new Sgd(0.05) };

    private static BatchOptions Batches { get; } = new() { BatchSize = 12, Seed = 5 };

    private static TrainingRun Run(Loss loss) => new(null!, null!, loss) { Batches = Batches, Options = Short };

    private static string Trained(Loss loss, TrainingRun run) => Bits(() =>
    {
        using var images = TinyModel.Pictures(48, 1, classes: Classes(loss));
        using var validation = TinyModel.Pictures(12, 2, classes: Classes(loss)); // one loss ends by it
        using var student = new TinyModel(Classes(loss), 11);
        using var teacher = new TinyModel(Classes(loss), 12);
        var result =
            Trainer.Train(
                run with
                {
                    Student = student,
                    Images = images,
                    TrueLabels = images.Labels,
                    Validation = validation,
                    Teacher = loss.NeedsTeacher ? teacher : null
                });
        return [.. student.state_dict().OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(
            entry => entry.Value.detach()),
            tensor(result.History[^1].Losses.OrderBy(part => part.Key, StringComparer.Ordinal).Select(
                part => part.Value).ToArray())];
    });

    private static string OnBatches(Loss loss) => Bits(() =>
    {
        var found = new List<Tensor>();
        foreach (var scale in (double[])[0.01, 1, 40])
        {
            var logits = (Numbers(12, Classes(loss), 0.41) * scale).requires_grad_();
            try
            {
                var parts = loss.Compute(new LossBatch(logits)
                {
                    TeacherLogits = Numbers(12, Classes(loss), 0.83) * scale,
                    Labels = Labels(12, Classes(loss)),
                    TrueLabels = Labels(12, Classes(loss)),
                    Epoch = 4,
                    Epochs = 10,
                    StudentFeatures = new(Numbers(12, 7, 0.61), []),
                    TeacherFeatures = new(Numbers(12, 5, 0.23), []),
                });
                parts.Total.backward();
                found.AddRange([parts.Total.detach(), .. parts.Diagnostics.Select(one => one.Value.detach())]);
                if (logits.grad is { } gradient) found.Add(gradient);
            }
            catch (ArgumentException)
            {
                // It asks for more than a batch has, for instance feature maps; its training has them.
            }
        }
        return found;
    });

    private static string Describe(LossEntry entry) =>
        entry.Options.Length == 0 ? entry.Type : $"{entry.Type} ({entry.Options})";

    private static int Classes(Loss loss) => loss is LogConfidence { SelfLabel: SelfLabel.Threshold } ? 2 : 6;

    // Sines of whole numbers would depend on the machine; remainders do not.
    private static Tensor Numbers(int rows, int columns, double step)
    {
        var values = new double[rows * columns];
        for (var i = 0; i < values.Length; i++) values[i] = ((long)(i * step * 1000) * 7919 % 10_007) / 2_500.0 - 2;
        return tensor(values, [rows, columns]);
    }

    private static Tensor Labels(int count, int classes) =>
        tensor([.. Enumerable.Range(0, count).Select(i => (long)(i * 5 % classes))]);

    private static string Bits(Func<IReadOnlyList<Tensor>> make)
    {
        using var one = Devices.OneThread();
        using var scope = NewDisposeScope();
        return Sum(make());
    }

    private static string Sum(IReadOnlyList<Tensor> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var one in tensors) hash.AppendData(one.cpu().contiguous().bytes);
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
