// The small setting of page 01: every method over three seeds on ResNet-8 → ResNet-20, a few epochs. W2S_QUICK=1 leaves
// a smoke test of minutes.
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

Experiment[] runs = quick ? [.. DistillationPlan.Quick.Runs(methods, methods, seeds: 1)]
: [.. DistillationPlan.Small.Runs(compared, methods, seeds: 3)];
