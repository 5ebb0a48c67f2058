// Whole networks on CIFAR-100 with wrong labels, many GPU hours: PreActResNet-18 teaches PreActResNet-34 in Sel-CL's
// second stage, two noises, three seeds.
NoisyNetwork[] Of(NoiseSetting noise, long seed)
{
    var symmetric = noise.Kind == NoiseKind.Symmetric;
    var weak = new NoisyNetwork
    {
        Role = Role.WeakTeacher, Network = "preactresnet18", Data = NoisyNetwork.Cifar100(noise), Seed = seed,
    };
    var strong = weak with { Role = null, Network = "preactresnet34" };
    var second = strong with
    {
        First = strong, Options = NoisyNetwork.SecondStage, Selection = new() { Quantile = symmetric ? .75 : .25 },
    };
    return
    [
        weak, strong, second,
        second with { Teacher = weak, Loss = new AdaptConf { Temperature = symmetric ? 1 : 10, WarmUp = .25 } },
    ];
}

Experiment[] runs = [.. from noise in new NoiseSetting[] { new(NoiseKind.Symmetric, .2), new(NoiseKind.Asymmetric, .4) }
    from seed in Enumerable.Range(0, 3)
    from run in Of(noise, seed)
    select run];
