// The main comparison of page 04: weak teacher, strong alone and clean labels, and every way of teaching, under four
// noises and five splits. W2S_QUICK=1 leaves three splits of two noises.
var study = new TrainProbe
{
    Data = new()
    {
        Pool = new Cifar100Source(DataSplit.Test), Labelled = quick ? 2_000 : 8_000, Test = 2_000,
        Noise = new(NoiseKind.Symmetric, .5),
    },
    Weak = new PublicNetwork("cifar100_resnet20"), Strong = new PublicNetwork("cifar100_resnet56"),
    Method = ProbeMethod.StrongAlone,
    Probe = new() { Steps = quick ? 150 : 600 },
};
double[] rates = quick ? [.5] : [.2, .5, .8];
NoiseSetting[] noises =
[
    .. rates.Select(rate => new NoiseSetting(NoiseKind.Symmetric, rate)), new(NoiseKind.Asymmetric, .4),
];
DistillationLoss[] losses = [new Kd(), new AugConf(), new AdaptConf()];
ProbeMethod[] methods =
[
    .. ProbeMethod.Ends, .. losses.Select(loss => new ProbeMethod(loss)),
    .. losses.Skip(1).Prepend(new WeakCrossEntropy()).Select(ProbeMethod.TeacherOnly),
];

Experiment[] runs = [.. from noise in noises
    from method in methods
    from split in Enumerable.Range(0, quick ? 3 : 5)
    select study with { Data = study.Data with { Noise = noise }, Method = method, Seed = split }];
