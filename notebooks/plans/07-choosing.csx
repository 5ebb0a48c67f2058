// Page 07, the choosing side: pairs of representations from hopeless teachers to the student's own features, on three
// sets of images, ten splits each. Whatever rule the page makes is made from these. 240 runs of seconds; W2S_QUICK=1
// leaves a pair on drawn shapes.
NetworkSource Cifar(int classes, int depth) => new PublicNetwork($"cifar{classes}_resnet{depth}").At(32);
NetworkSource ImageNet(int size, int? stage = null) => new PublicNetwork("imagenet_resnet18").At(size, stage);
var (c20, c56, d20, d56) = (Cifar(10, 20), Cifar(10, 56), Cifar(100, 20), Cifar(100, 56));
var (i1, i2, i) = (ImageNet(128, 1), ImageNet(128, 2), ImageNet(128));

IEnumerable<PairStudy> Pairs(
    DataSource images, int third, int[] labels, params (NetworkSource, NetworkSource)[] pairs) =>
    from pair in pairs
    from split in Enumerable.Range(0, quick ? 2 : 10)
    select new PairStudy
    {
        Images = images, Weak = pair.Item1, Strong = pair.Item2, TrueLabels = labels, Third = third, Seed = split,
    };

// Satellite images, which no network has seen.
var eurosat = Pairs(FolderSource.EuroSat with { Size = 64 }, 1_000, [50, 200, 1_000],
    (c20, c56), (c20, d56), (c56, d56), (d20, d56), (c20, i), (c56, i), (d56, i), (i1, i), (i2, i), (c20, i2), (i, i));

// CIFAR-100's test images by super-class: its own networks have learned the classes within from other images.
var coarse = Pairs(new Cifar100Source(DataSplit.Test, Cifar100Labels.Coarse).FirstOfEachClass(150), 1_000,
    [50, 200, 1_000],
    (c20, c56), (c20, d56), (c56, d56), (d20, d56), (c20, ImageNet(96)), (c56, ImageNet(96)), (d56, ImageNet(96)),
    (ImageNet(96, 2), ImageNet(96)));

// Twenty classes of miniImageNet, which are ImageNet's: CIFAR's networks alone.
var mini = Pairs(new MiniImageNetSource(ClassPart.Novel, 32, 30), 200, [50, 200],
    (c20, c56), (c20, d56), (c56, d56), (d20, d56), (d20, c56));

var shapes = new ShapesSource(new ShapesOptions { Count = 900, Difficulty = 0.6 }, 7);
var large = ShapesPretraining.Strong with { Epochs = 3, Pictures = new() { Count = 1_500, Difficulty = .6 } };
Experiment[] runs = quick ? [.. Pairs(shapes, 300, [40, 200], (ShapesPretraining.Weak, large))]
    : [.. eurosat, .. coarse, .. mini];
