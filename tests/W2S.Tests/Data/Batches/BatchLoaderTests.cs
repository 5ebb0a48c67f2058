using TorchSharp;
using W2S.Data;
using W2S.Data.Batches;
using W2S.Data.Shapes;
using W2S.Data.Views;
using W2S.Models;
using static TorchSharp.torch;

namespace W2S.Tests.Data.Batches;

public sealed class BatchLoaderTests
{
    private static readonly Augmentation Heavy = new()
    {
        Padding = 4,
        Flip = true,
        Erasing = new(Fill: ErasingFill.Noise),
    };

    private static ImageSet Set(int count = 70) => ShapeImages.Create(new() { Count = count }, 1);

    // A copy: a batch's tensors hold until the next step only.
    private static Tensor Images(IEnumerable<Batch> batches) => batches.Select(batch => batch.Images.clone()).Single();

    // Everything that a batch says, as text that can be compared.
    private static string[] Record(IEnumerable<Batch> batches) =>
    [
        .. batches.Select(batch =>
        {
            using var scope = NewDisposeScope();
            var hash = new HashCode();
            hash.AddBytes(batch.Images.contiguous().bytes);
            return $"{batch.Epoch} {batch.Step} [{string.Join(' ', batch.Indices)}] "
                + $"[{string.Join(' ', batch.Labels.to(CPU).data<long>())}] "
                + $"{batch.Mix?.Lambda} [{string.Join(' ', batch.Mix?.Partners.data<long>().ToArray() ?? [])}] "
                    + $"{hash.ToHashCode()}";
        }),
    ];

    [Fact]
    public void PlainBatchesAreTheNormalisedImages()
    {
        using var set = Set();
        foreach (var channelsLast in new[] { false, true })
        {
            using var loader = new BatchLoader(set,
                new()
                {
                    BatchSize = 32,
                    Shuffle = false,
                    ChannelsLast = channelsLast
                }, Normalization.Cifar100);
            Assert.Equal(3, loader.StepsPerEpoch);
            var seen = 0;
            foreach (var batch in loader.Epoch(0))
            {
                using var scope = NewDisposeScope();
                Assert.Equal([Math.Min(32, 70 - seen), 3, 32, 32], batch.Images.shape);
                if (channelsLast) Assert.Equal([3072L, 1, 96, 3], batch.Images.stride());
                var expected = Normalization.Cifar100.Apply(set.Images.narrow(0, seen, batch.Count));
                Assert.True((batch.Images - expected).abs().max().item<float>() < 1e-6f);
                Assert.Equal(set.Labels.Skip(seen).Take(batch.Count), batch.Labels.data<long>());
                Assert.Equal(Enumerable.Range(seen, batch.Count), batch.Indices);
                seen += batch.Count;
            }
            Assert.Equal(70, seen);
        }
    }

    [Fact]
    public void AnEpochShowsEveryImageOnceInAnOrderOfItsOwn()
    {
        using var set = Set();
        using var loader = new BatchLoader(set, new() { BatchSize = 16, Seed = 5 }, Normalization.Centered);
        var orders =
            Enumerable.Range(0, 3).Select(epoch => loader.Epoch(epoch).SelectMany(batch => batch.Indices).ToArray())
                .ToArray();
        Assert.All(orders, order => Assert.Equal(Enumerable.Range(0, 70), order.Order()));
        Assert.NotEqual(orders[0], orders[1]);
        Assert.Equal(orders[2], loader.Epoch(2).SelectMany(batch => batch.Indices));
        using var dropping =
            new BatchLoader(set, new() { BatchSize = 16, Seed = 5, DropLast = true }, Normalization.Centered);
        Assert.Equal(orders[1][..64], dropping.Epoch(1).SelectMany(batch => batch.Indices));
    }

    [Fact]
    public void WorkersPrefetchAndEntryPointChangeNothing()
    {
        using var set = Set(200);
        var options = new BatchOptions
        {
            BatchSize = 24,
            Seed = 3,
            Augmentation = Heavy,
            Mixing = new() { Mixup = 0.4, Cutmix = 1 }
        };
        string[]? expected = null;
        foreach (var (workers, prefetch) in new[] { (0, 1), (1, 1), (1, 2), (3, 2), (2, 5) })
        {
            using var loader =
                new BatchLoader(set, options with { Workers = workers, Prefetch = prefetch }, Normalization.Centered);
            var record = Record(loader.Epoch(4));
            expected ??= record;
            Assert.Equal(expected, record);
            Assert.Equal(expected[5..], Record(loader.Epoch(4, startStep: 5)));
            Assert.Equal(expected[..2], Record(loader.Epoch(4).Take(2))); // left early
            Assert.NotEqual(expected, Record(loader.Epoch(5)));
            Assert.Empty(loader.Epoch(4, startStep: loader.StepsPerEpoch));
        }
    }

    [Fact]
    public void TwoEnumerationsDoNotDisturbEachOther()
    {
        using var set = Set();
        using var loader =
            new BatchLoader(set, new() { BatchSize = 16, Augmentation = Augmentation.Standard },
                Normalization.Centered);
        var (first, second) = (Record(loader.Epoch(0)), Record(loader.Epoch(2)));
        foreach (var (one, other) in loader.Epoch(0).Zip(loader.Epoch(2)))
        {
            Assert.Equal(first[one.Step], Record([one])[0]);
            Assert.Equal(second[other.Step], Record([other])[0]);
        }
    }

    [Fact]
    public void CropAndFlipEqualAHandCalculation()
    {
        using var set = Set(40);
        var options =
            new BatchOptions { BatchSize = 40, Shuffle = false, Augmentation = Augmentation.Standard, Seed = 6 };
        using var loader = new BatchLoader(set, options, Normalization.Centered);
        var (flips, tops) = (0, new HashSet<int>());
        foreach (var batch in loader.Epoch(1))
        {
            using var scope = NewDisposeScope();
            var padded =
                nn.functional.pad(Normalization.Centered.Apply(set.Images), [4, 4, 4, 4], PaddingModes.Constant, -1);
            for (var i = 0; i < 40; i++)
            {
                var plan = ViewPlan.Draw(options.Augmentation, 6, 1, i, 32, 32);
                var expected = padded[i].narrow(1, plan.Part.Top + 4, 32).narrow(2, plan.Part.Left + 4, 32);
                if (plan.Flip) expected = expected.flip(2);
                Assert.True((batch.Images[i] - expected).abs().max().item<float>() < 1e-6f);
                if (plan.Flip) flips++;
                tops.Add(plan.Part.Top);
            }
        }
        Assert.InRange(flips, 8, 32);
        Assert.True(tops.Count >= 7 && tops.Min() >= -4 && tops.Max() <= 4);
    }

    public static TheoryData<string, Augmentation, MixOptions?> TensorCases => new()
    {
        { "plain", Augmentation.None, null },
        { "standard", Augmentation.Standard, new MixOptions { Mixup = 0.8 } },
        { "resized", new Augmentation { ResizedCrop = new(), Flip = true, Erasing = new(1) },
            new MixOptions { Cutmix = 1 } },
        { "heavy", Heavy, new MixOptions { Mixup = 0.8, Cutmix = 1 } },
    };

    [Theory]
    [MemberData(nameof(TensorCases))]
    public void TheTensorPathGivesTheSamePixels(string name, Augmentation augmentation, MixOptions? mixing)
    {
        Assert.NotEmpty(name);
        using var set = Set(90);
        foreach (var channelsLast in new[] { false, true })
        {
            var options = new BatchOptions
            {
                BatchSize = 25,
                Augmentation = augmentation,
                Mixing = mixing,
                ChannelsLast = channelsLast
            };
            using var host = new BatchLoader(set, options, Normalization.Cifar100);
            using var tensors = new BatchLoader(set, options, Normalization.Cifar100, byTensors: true);
            Assert.Equal(Record(host.Epoch(0)), Record(tensors.Epoch(0)));
            Assert.Equal(Record(host.Epoch(7, 2)), Record(tensors.Epoch(7, 2)));
            foreach (var batch in tensors.Epoch(0).Take(1))
            {
                if (channelsLast) Assert.Equal([3072L, 1, 96, 3], batch.Images.stride());
            }
        }
    }

    [Fact]
    public void MixupAndCutmixEqualAHandCalculation()
    {
        using var set = Set(9);
        var options = new BatchOptions { BatchSize = 9, Shuffle = false, Seed = 2 };
        using var plain = new BatchLoader(set, options, Normalization.Centered);
        using var mixup = new BatchLoader(set, options with { Mixing = new() { Mixup = 1 } }, Normalization.Centered);
        using var cutmix = new BatchLoader(set, options with { Mixing = new() { Cutmix = 1 } }, Normalization.Centered);
        using var scope = NewDisposeScope();
        var images = Images(plain.Epoch(0));

        foreach (var batch in mixup.Epoch(0))
        {
            var lambda = batch.Mix!.Lambda;
            Assert.True(
                (batch.Images - (images * lambda + images.flip(0) * (1 - lambda))).abs().max().item<float>() < 1e-6f);
            Assert.Equal(set.Labels.Reverse(), batch.Mix.Partners.data<long>());
            Assert.Equal(set.Labels, batch.Labels.data<long>());
        }
        foreach (var batch in cutmix.Epoch(0))
        {
            var own = (batch.Images - images).abs().amax(1).eq(0);
            var other = (batch.Images - images.flip(0)).abs().amax(1).eq(0);
            Assert.True(own.logical_or(other).all().item<bool>());
            Assert.True(own[0].sum().item<long>() >= (long)Math.Round(1024 * batch.Mix!.Lambda));
            Assert.True(other[0].sum().item<long>() >= (long)Math.Round(1024 * (1 - batch.Mix.Lambda)));
        }
        Assert.Null(plain.Epoch(0).First().Mix);
    }

    [Fact]
    public void AFailureInAWorkerReachesTheLoop()
    {
        using var prefetcher = new Prefetcher(0, 10, 3, 2, step =>
        {
            if (step == 4) throw new InvalidOperationException("step 4 fails");
        });
        var error = Assert.Throws<InvalidOperationException>(() =>
        {
            for (var step = 0; step < 10; step++)
            {
                prefetcher.Take(step);
            }
        });
        Assert.Equal("step 4 fails", error.Message);
    }

    [Fact]
    public void ALoaderOutlivesItsSet()
    {
        var set = Set();
        using var loader =
            new BatchLoader(set, new() { BatchSize = 16, Mixing = new() { Cutmix = 1 } }, Normalization.Centered);
        var expected = Record(loader.Epoch(1));
        set.Dispose();
        Assert.Equal(expected, Record(loader.Epoch(1)));
    }

    [Fact]
    public void BadInputIsNamed()
    {
        using var set = Set();
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new BatchLoader(set, new() { BatchSize = 0 }, Normalization.Centered));
        Assert.Throws<ArgumentException>(() => new BatchLoader(set, new() { Mixing = new() }, Normalization.Centered));
        Assert.Throws<ArgumentException>(
            () => new BatchLoader(set, new() { Augmentation = new() { Padding = 4, ResizedCrop = new() } },
                Normalization.Centered));
        using var loader = new BatchLoader(set, new(), Normalization.Centered);
        Assert.Throws<ArgumentOutOfRangeException>(() => loader.Epoch(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => loader.Epoch(0, 2));
    }
}
