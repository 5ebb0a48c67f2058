// Page 07, the choosing side: pairs of representations from hopeless teachers to the student's own features, on three
// sets of images, ten splits each. Whatever rule the page makes is made from these. 240 runs of seconds; W2S_QUICK=1
// leaves a pair on drawn shapes.
#!import "../pair-plans.csx"
var (c20, c56, d20, d56) = (Cifar(10, 20), Cifar(10, 56), Cifar(100, 20), Cifar(100, 56));
var (i1, i2, i) = (ImageNet(128, 1), ImageNet(128, 2), ImageNet(128));

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

Experiment[] runs = quick ? [.. OnShapes(0)] : [.. eurosat, .. coarse, .. mini];
