// Whole networks on CIFAR-100 with wrong labels, many GPU hours: PreActResNet-18 teaches PreActResNet-34 in Sel-CL's
// second stage, two noises, three seeds.
NoisyPlan Of(NoiseSetting noise, bool symmetric) => new()
{
    Data = NoisyPlan.Cifar100(noise), Selection = new() { Quantile = symmetric ? .75 : .25 },
    Loss = new AdaptConf { Temperature = symmetric ? 1 : 10, WarmUp = .25 },
};
NoisyPlan[] plans = [Of(new(NoiseKind.Symmetric, .2), true), Of(new(NoiseKind.Asymmetric, .4), false)];

Experiment[] runs = [.. plans.SelectMany(plan => Enumerable.Range(0, 3).SelectMany(seed => plan.Runs(seed)))];
