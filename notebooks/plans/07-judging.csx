// Page 07, the judging side, named before the rule was made: classes and teachers that no run of the choosing side has
// used. The rule is judged on these once. 220 runs of seconds; W2S_QUICK=1
// leaves a pair on drawn shapes.
#!import "../pair-plans.csx"
var (c20, c56, d32, d44, d56) = (Cifar(10, 20), Cifar(10, 56), Cifar(100, 32), Cifar(100, 44), Cifar(100, 56));

// Four draws of ten of CIFAR-100's fine classes, no class in two of them, for networks that never saw the set.
var cifar100 = new JoinedSource(new Cifar100Source(DataSplit.Train), new Cifar100Source(DataSplit.Test));
var order = RandomSplit.Permutation(100, 2_402);
var draws = Enumerable.Range(0, 4).SelectMany(draw => Pairs(
    cifar100.OfClasses([.. order.Skip(10 * draw).Take(10)]).FirstOfEachClass(300), 1_000, [50, 200, 1_000],
    (c20, c56), (c20, ImageNet(96)), (c56, ImageNet(96)), (ImageNet(96, 2), ImageNet(96))));

// New teachers, two of them, on two sets of the choosing side.
var eurosat = Pairs(FolderSource.EuroSat with { Size = 64 }, 1_000, [50, 200, 1_000],
    (d32, d56), (d44, d56), (d32, ImageNet(128)), (d44, ImageNet(128)));
var mini = Pairs(new MiniImageNetSource(ClassPart.Novel, 32, 30), 200, [50, 200], (d32, d56), (d44, d56));

Experiment[] runs = quick ? [.. OnShapes(2)] : [.. draws, .. eurosat, .. mini];
