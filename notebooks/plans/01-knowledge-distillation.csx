// The comparison of page 01: every method over three seeds on ResNet-8 → ResNet-20, and KD, AugConf and AdaptConf on
// four more pairs. W2S_QUICK=1 leaves a smoke test of minutes.
DistillationLoss[] methods = [new Kd(), new AugConf(), new AdaptConf()];
Loss[] compared =
[
    .. methods, new FitNet(), new Rkd(), new Dkd(), new CrossEntropy { Smoothing = .1 }, new VirtualTeacher(),
    .. new[]
    {
        new AdaptConf { Rule = BetaRule.Fixed, FixedBeta = .25 }, new AdaptConf { Rule = BetaRule.Swapped },
        new AdaptConf { Rule = BetaRule.Gated },
    },
];
(string Teacher, string Student)[] more =
[
    ("vgg8", "vgg13"), ("wrn-16-2", "wrn-40-2"), ("mobilenet-v2", "vgg13"), ("shufflenet-v1", "resnet32x4"),
];

Experiment[] runs = quick ? [.. DistillationPlan.Quick.Runs(methods, methods, seeds: 1)]
:
[
    .. DistillationPlan.Small.Runs(compared, methods, seeds: 3),
    .. more.SelectMany(pair => (DistillationPlan.Small with { Teacher = pair.Teacher, Student = pair.Student })
        .Runs(methods, [], seeds: 3)),
];
