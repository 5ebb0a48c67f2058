// Page 09, ten splits. Weak teachers learn clean satellite images and name spoilt ones, by four corruptions at five
// severities and clean; a run is a split under one corruption, with every arm at two to four severities. Half of the
// time goes into the features of twenty spoilt sets. W2S_QUICK=1 leaves two splits of drawn shapes under one.
NetworkSource Cifar(int classes, int depth) => new PublicNetwork($"cifar{classes}_resnet{depth}").At(32);
var eurosat = new ShiftStudy
{
    Data = new() { Pool = FolderSource.EuroSat with { Size = 64 }, Labelled = 1_000, Unlabelled = 1_000, Test = 1_000 },
    Corruption = CorruptionKind.GaussianNoise, Severities = [1, 3, 5],
    Teachers = [Cifar(10, 20), Cifar(100, 20), Cifar(100, 32)], Between = Cifar(100, 32),
    Strong = new PublicNetwork("imagenet_resnet18").At(96),
    Probe = new() { Steps = 300, BatchSize = 128, ChooseL2 = [1e-2, 1e-1, 1] }, // RAVEN's batches
};
var pictures = new ShapesOptions { Count = 400, Difficulty = .6 };
ShapesPretraining Drawn(ShapesPretraining school) =>
    school with { Epochs = 1, Pictures = school.Pictures with { Count = 400 } };
var shapes = eurosat with
{
    Data = new() { Pool = new ShapesSource(pictures, 7), Labelled = 130, Unlabelled = 130, Test = 130 },
    Severities = [0, 3],
    Teachers = [Drawn(ShapesPretraining.Weak), Drawn(ShapesPretraining.Colours)],
    Between = Drawn(ShapesPretraining.Weak), Strong = Drawn(ShapesPretraining.Strong),
    Probe = eurosat.Probe with { Steps = 100 },
};

Experiment[] runs = quick ? [shapes, shapes with { Seed = 1 }] : [.. from split in Enumerable.Range(0, 10)
    from kind in Enum.GetValues<CorruptionKind>()
    from severities in new int[][] { kind == CorruptionKind.GaussianNoise ? [0, 1, 3, 5] : [1, 3, 5], [2, 4] }
    select eurosat with { Corruption = kind, Severities = severities, Seed = split }];
