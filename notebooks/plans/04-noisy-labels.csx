// Page 04, five splits. The main comparison under four noises; at symmetric 50 % and asymmetric 40 % the classics,
// trusted labels, and the second stage whole and in parts; most of it under people's labels, on features that have seen
// the answers and on features that have not. Committed are the predictions under the page's claims alone. W2S_QUICK=1
// leaves three splits of the main comparison under two noises.
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
var human = study with
{
    Data = study.Data with
    {
        Pool = new Cifar100Source(DataSplit.Train).Sample(10_000, seed: 100),
        TestPool = new Cifar100Source(DataSplit.Test),
        Noise = NoiseSetting.Human,
    },
};
var unaided = human with
{
    Weak = new PublicNetwork("cifar10_resnet20"), Strong = new PublicNetwork("cifar10_resnet56"),
};

DistillationLoss[] losses = [new Kd(), new AugConf(), new AdaptConf()];
ProbeMethod[] main =
[
    .. ProbeMethod.Ends, .. losses.Select(loss => new ProbeMethod(loss)),
    .. losses.Skip(1).Prepend(new WeakCrossEntropy()).Select(ProbeMethod.TeacherOnly),
];
ProbeMethod[] Classics(NoiseSetting noise)
{
    var small = new SmallLoss { NoiseRate = noise.WrongShare(100), RampUp = .25 };
    return [new(new CrossEntropy { Smoothing = .1 }), new(new Bootstrapping()), new(new Bootstrapping(Hard: true)),
        new(small), new(small with { JudgedByTeacher = true })];
}
ProbeMethod Trusting(Distrusted rest, bool byTeacher = false) =>
    new(new LabelsAndTeacher(TrustedLabels.AtLeast(.1, rest) with { JudgedByTeacher = byTeacher }, new Kd()));
ProbeMethod[] trusting =
[
    Trusting(Distrusted.Drop), Trusting(Distrusted.Weigh), Trusting(Distrusted.ReplaceSoft),
    Trusting(Distrusted.Drop, byTeacher: true), Trusting(Distrusted.ReplaceSoft, byTeacher: true),
];
// As many labels as small loss keeps, so that whoever judges is compared at equal coverage.
ProbeMethod[] EqualShare(NoiseSetting noise) => [.. new[] { false, true }.Select(byTeacher => new ProbeMethod(
    new LabelsAndTeacher(new TrustedLabels(new(Confidence.StudentLikelihood) { Share = 1 - noise.WrongShare(100) })
        { JudgedByTeacher = byTeacher }, new Kd())))];
NeighbourSelection Confirmed(double quantile) => new() { Neighbours = 50, Quantile = quantile };
ProbeMethod[] Stages(double quantile) => [.. new DistillationLoss?[] { null, new Kd(), new AdaptConf() }.Select(
    teacher => ProbeMethod.SecondStage(Confirmed(quantile), teacher))];

// Selection, mixup and correction, each there or not; then what the ceiling gains by mixup.
ProbeMethod[] Parts(double quantile) =>
[
    .. from selection in new[] { null, Confirmed(quantile) }
        from mixup in new[] { 0.0, 1 }
        from loss in new Loss[] { new CrossEntropy(), Bootstrapping.LabelCorrection }
        select new ProbeMethod(loss) { Selection = selection, Mixup = mixup },
    ProbeMethod.Ceiling with { Mixup = 1 },
];

string Named(ProbeMethod method) => string.Join(" + ", new[]
{
    method.Selection is null ? "" : "selection", method.Mixup > 0 ? "mixup" : "",
    method.Loss is Bootstrapping ? "correction" : "",
}.Where(part => part.Length > 0));

IEnumerable<TrainProbe> Under(TrainProbe of, NoiseSetting noise, IEnumerable<ProbeMethod> methods) =>
    from method in methods
    from split in Enumerable.Range(0, quick ? 3 : 5)
    select of with { Data = of.Data with { Noise = noise }, Method = method, Seed = split };

double[] rates = quick ? [.5] : [.2, .5, .8];
(NoiseSetting Noise, double Quantile)[] two =
    [(new(NoiseKind.Symmetric, .5), .75), (new(NoiseKind.Asymmetric, .4), .25)];
Experiment[] runs =
[
    .. rates.Select(rate => new NoiseSetting(NoiseKind.Symmetric, rate)).Append(two[1].Noise).SelectMany(
        noise => Under(study, noise, main)),
    .. quick ? [] : two.SelectMany(one => Under(study, one.Noise,
        [.. Classics(one.Noise), .. trusting, .. Stages(one.Quantile)])),
    .. quick ? [] : two.SelectMany(one => Under(study, one.Noise, EqualShare(one.Noise)).Select(
        run => run with { Variant = "equal coverage" })),
    .. quick ? [] : two.SelectMany(one => Under(study, one.Noise, Parts(one.Quantile)).Select(run => run with
        { Role = run.Method.TrueLabels ? Role.Ceiling : Role.Student, Variant = Named(run.Method) })),
    .. quick ? [] : new[] { (human, .5), (unaided, .75) }.SelectMany(one => Under(one.Item1, NoiseSetting.Human,
        [.. main, .. Classics(NoiseSetting.Human), .. Stages(one.Item2)])),
    .. quick ? [] : from who in new[] { human, unaided }
        from split in Enumerable.Range(0, 5)
        select new QuantileChoice { Study = who with { Method = Stages(.5)[0] }, Seed = split },
];
runs = [.. runs.DistinctBy(run => run.Hash)];
