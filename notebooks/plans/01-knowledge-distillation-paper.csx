// The paper's comparison on CIFAR-100, for GPUs: KD, AugConf and AdaptConf, with labels and by the teacher alone, three
// seeds. Six pairs are of one family. Of the paper's five of two families four are known.
(string Teacher, string Student)[] pairs =
[
    ("resnet20", "resnet56"), ("resnet32", "resnet110"), ("resnet8x4", "resnet32x4"), ("wrn-16-2", "wrn-40-2"),
    ("wrn-40-1", "wrn-40-2"), ("vgg8", "vgg13"),
    ("shufflenet-v1", "resnet32x4"), ("shufflenet-v2", "resnet32x4"), ("mobilenet-v2", "vgg13"),
    ("mobilenet-v2", "cifar-resnet50"),
];
DistillationLoss[] methods = [new Kd(), new AugConf(), new AdaptConf()];

Experiment[] runs = [.. pairs.SelectMany(pair =>
    (DistillationPlan.Paper with { Teacher = pair.Teacher, Student = pair.Student }).Runs(methods, methods, seeds: 3))];
