using TorchSharp;
using W2S.Data;
using W2S.Data.Batches;
using W2S.Data.Views;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Models.Weights;
using W2S.Tests.Data;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Tests.Training;

/// <summary>Cached logits are those that the teacher gives for the views in question, and a cache of anything else is
/// refused.</summary>
[Collection(ProcessWide.Name)]
public sealed class TeacherCacheTests : IDisposable
{
    private static readonly BatchOptions Plain = new() { BatchSize = 16, Seed = 3, Workers = 0 };
    private static readonly BatchOptions Views = Plain with { Augmentation = Augmentation.Standard, Views = 3 };

    private readonly TemporaryFolder folder = new();
    private readonly ImageSet images = TinyModel.Pictures(40, 1);
    private readonly TinyModel teacher = new(6, 8);

    private string Path => folder.At("teacher.safetensors");

    public void Dispose()
    {
        teacher.Dispose();
        images.Dispose();
        folder.Dispose();
    }

    [Theory, InlineData(ScalarType.Float32, 1e-5), InlineData(ScalarType.Float16, 2e-3)]
    public void HoldsTheLogitsOfEveryStoredView(ScalarType type, double error)
    {
        using var scope = NewDisposeScope();
        using var cache = TeacherCache.Create(Path, teacher, images, Views, type: type);
        Assert.Equal((3, 40, 6, type), (cache.Views, cache.Images, cache.Classes, cache.Type));
        using var loader = new BatchLoader(images, Views);
        teacher.eval();
        int[] rows = [39, 0, 7, 7];
        var picked = tensor(rows.Select(row => (long)row).ToArray());
        List<Tensor> seen = [];
        for (var view = 0; view < 3; view++)
        {
            var expected =
                cat([.. loader.InOrder(view).Select(batch => teacher.call(batch.Images).detach())])
                    .index_select(0, picked);
            var read = cache.Read(rows, view);
            Assert.Equal(ScalarType.Float32, read.dtype);
            Assert.True(read.allclose(expected, rtol: error, atol: error),
                $"view {view}: {read.sub(expected).abs().max().item<float>()} apart");
            seen.Add(read);
        }
        Assert.False(seen[0].allclose(seen[1], rtol: 1e-2, atol: 1e-2));
        Assert.Equal((long)3 * 40 * 6 * TeacherCacheWriter.Bytes(type),
            SafeTensorsFile.Read(Path)["logits"].bytes.Length);
        Assert.Contains("view 3 is outside 0 … 2",
            Assert.Throws<ArgumentOutOfRangeException>(() => cache.Read(rows, 3)).Message);
        Assert.Contains("position 40", Assert.Throws<ArgumentOutOfRangeException>(() => cache.Read([40])).Message);
    }

    [Fact]
    public void AWrongKeyIsAnErrorThatNamesWhatDiffers()
    {
        TeacherCache.Create(Path, teacher, images, Views).Dispose();
        using (TeacherCache.OpenOrCreate(Path, teacher, images, Views with { BatchSize = 7, Shuffle = false }))
        {
            // How batches are cut and ordered changes no view.
        }
        using var other = new TinyModel(6, 9);
        using var others = TinyModel.Pictures(40, 2);
        Assert.Contains("for the teacher it holds", Refusal(() => TeacherCache.Open(Path, other, images, Views)));
        Assert.Contains("for the teacher's normalisation",
            Refusal(() => TeacherCache.Open(Path, teacher, images, Views, Normalization.Cifar100)));
        Assert.Contains("for the images", Refusal(() => TeacherCache.Open(Path, teacher, others, Views)));
        Assert.Contains("for the views",
            Refusal(() => TeacherCache.Open(Path, teacher, images, Views with { Seed = 4 })));
        Assert.Contains("for the views",
            Refusal(() => TeacherCache.Open(Path, teacher, images, Views with { Views = 2 })));
        Assert.Contains("for the views", Refusal(() => TeacherCache.OpenOrCreate(Path, teacher, images, Plain)));
        Assert.Contains("BatchOptions.Views",
            Assert.Throws<ArgumentException>(
                () => TeacherCache.Open(Path, teacher, images, Views with { Views = null })).Message);

        using var cache = TeacherCache.Open(Path, teacher, images, Views);
        using var student = new TinyModel(6, 0);
        var run = new TrainingRun(student, others, new Kd()) { Batches = Views, Teacher = Teacher.FromCache(cache) };
        Assert.Contains("for the images", Refusal(() => Trainer.Train(run)));
        Assert.Contains("for the views",
            Refusal(() =>
                Trainer.Train(
                    run with
                    {
                        Student = student,
                        Images = images,
                        Batches = Views with { Augmentation = new() { Flip = true } }
                    })));

        static string Refusal(Action open) => Assert.Throws<TeacherCacheException>(open).Message;
    }

    [Fact]
    public void AnotherTypeIsNotPassedOff()
    {
        TeacherCache.Create(Path, teacher, images, Views).Dispose();
        Assert.Contains("of type Float16 and Float32 is asked for",
            Assert.Throws<TeacherCacheException>(
                () => TeacherCache.OpenOrCreate(Path, teacher, images, Views, type: ScalarType.Float32)).Message);
        TeacherCache.OpenOrCreate(Path, teacher, images, Views).Dispose();
    }

    [Fact]
    public void APlaceThatCannotBeWrittenLeavesTheTeacherAsItWas()
    {
        teacher.train();
        Directory.CreateDirectory(Path);
        Assert.ThrowsAny<Exception>(
            () => TeacherCache.Create(System.IO.Path.Combine(Path, "x\0y"), teacher, images, Views).Dispose());
        Assert.True(teacher.training);
    }

    [Fact]
    public void OneWeightMoreOrLessIsAnotherTeacher()
    {
        TeacherCache.Create(Path, teacher, images, Plain).Dispose();
        using (no_grad())
        using (var head = teacher.get_parameter("head.bias"))
            head![0] += 1e-6f;
        Assert.Contains("for the teacher it holds",
            Assert.Throws<TeacherCacheException>(() => TeacherCache.Open(Path, teacher, images, Plain)).Message);
    }

    [Fact]
    public void DamageIsFoundOnOpening()
    {
        TeacherCache.Create(Path, teacher, images, Plain).Dispose();
        using (var stream = new FileStream(Path, FileMode.Open))
            stream.SetLength(stream.Length - 1);
        Assert.Contains("make the cache anew",
            Assert.Throws<TeacherCacheException>(() => TeacherCache.Open(Path, teacher, images, Plain)).Message);
        SafeTensorsFile.Write(Path, new Dictionary<string, Tensor>());
        Assert.Contains("no teacher cache",
            Assert.Throws<TeacherCacheException>(() => TeacherCache.Open(Path, teacher, images, Plain)).Message);
        File.Delete(Path);
        Assert.Contains(Path,
            Assert.Throws<TeacherCacheException>(() => TeacherCache.Open(Path, teacher, images, Plain)).Message);
    }

    [Fact]
    public void AStoppedOrFailedPassLeavesTheOldCacheAndNoRest()
    {
        TeacherCache.Create(Path, teacher, images, Plain).Dispose();
        var before = File.ReadAllBytes(Path);
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(
            () => TeacherCache.Create(Path, teacher, images, Plain, progress: new Stop(source), token: source.Token));
        Assert.Equal(before, File.ReadAllBytes(Path));
        Assert.Equal([Path], Directory.EnumerateFileSystemEntries(folder.Path));

        using var disk = SmallDisk.Mount(256);
        disk.Fill();
        Assert.ThrowsAny<IOException>(
            () => TeacherCache.Create(System.IO.Path.Combine(disk.Path, "cache"), teacher, images, Plain).Dispose());
        Assert.Single(Directory.EnumerateFileSystemEntries(disk.Path));
    }

    // The stored views come round again: epoch 4 shows those of epoch 0.
    [Fact]
    public void TrainingFromTheCacheEqualsTrainingBesideTheTeacher()
    {
        using var scope = NewDisposeScope();
        using TinyModel cached = new(6, 0), live = new(6, 0);
        using var cache = TeacherCache.Create(Path, teacher, images, Views, type: ScalarType.Float32);
        var run = new TrainingRun(cached, images, new Kd { Temperature = 2 })
        {
            Batches = Views,
            Teacher = Teacher.FromCache(cache),
            WithLabels = false,
            Options = new() { Epochs = 5, Optimizer = new Sgd(0.02) },
        };
        run = run with { Loss = new Kd { Temperature = 2 }.TeacherOnly() };
        Trainer.Train(run);
        Trainer.Train(run with { Student = live, Teacher = Teacher.OnTheFly(teacher) });
        foreach (var ((name, a), (_, b)) in cached.state_dict().Zip(live.state_dict()))
            Assert.True(a.to_type(ScalarType.Float32).allclose(b.to_type(ScalarType.Float32), rtol: 1e-3, atol: 1e-4),
                name);
    }

    // A teacher that was trained on another normalisation sees the student's views as its own.
    [Fact]
    public void TheTeachersOwnNormalisationIsKept()
    {
        using var scope = NewDisposeScope();
        using var loader = new BatchLoader(images, Plain with { Shuffle = false, BatchSize = 40, ChannelsLast = true });
        using var cache = TeacherCache.Create(Path, teacher, images, Plain, Normalization.Cifar100, ScalarType.Float32);
        var given = Teacher.OnTheFly(teacher, Normalization.Cifar100);
        given.Start(new TrainingRun(teacher, images, new Kd()) { Batches = Plain }, CPU);
        foreach (var batch in loader.Epoch(0))
            Assert.True(given.Ask(batch).Logits.allclose(cache.Read(batch.Indices), rtol: 1e-4, atol: 1e-4));
    }

    private sealed class Stop(CancellationTokenSource source) : IProgress<ExtractionProgress>
    {
        public void Report(ExtractionProgress value) => source.Cancel();
    }
}
