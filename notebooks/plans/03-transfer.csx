// Page 03. Probes: a CIFAR-10 network teaches an ImageNet one, ten splits by number of labels, with and without a
// penalty, at four stages, and a teacher that is too close. Fine-tuning: a teacher, students at three depths, controls
// at each, and both kinds of supervision together, three seeds. W2S_QUICK=1 leaves one split, and one seed of two
// epochs.
var task = TransferPlan.Task(FolderSource.EuroSat with { PerClass = quick ? 100 : 300 });
var plan = new TransferPlan
{
    Data = quick ? task with { Unlabelled = 300, Test = 300 } : task,
    Strong = new PublicNetwork(quick ? "cifar100_resnet20" : "cifar100_resnet56"),
    Epochs = quick ? 2 : 6,
};
DistillationLoss[] methods = [new Kd(), new AdaptConf()];
TrainedDepth[] depths = [TrainedDepth.Head, TrainedDepth.LastStage, TrainedDepth.Full];

NetworkSource ImageNet(int? stage = null) => new PublicNetwork("imagenet_resnet18").At(128, stage);
DataPlan Parts(int labels, int third = 1_000) => new()
{
    Pool = FolderSource.EuroSat with { Size = 64 }, Labelled = labels, Unused = third - labels, Unlabelled = third,
    Test = third,
};
var bare = new LinearProbeOptions { Steps = 300 };
var penalised = bare with { ChooseL2 = [1e-3, 1e-2, 1e-1, 1] };
var student = new TrainProbe
{
    Data = Parts(1_000), Weak = new PublicNetwork("cifar10_resnet20").At(32), Strong = ImageNet(),
    Method = ProbeMethod.SoftLabels, Probe = penalised,
};
TrainProbe[] ends = [.. ProbeMethod.Ends.Select(method => student with { Method = method })];
TrainProbe[] arms =
[
    .. ends, student, student with { Method = ProbeMethod.TeacherOnly(new AdaptConf { BetaTemperature = .5 }) },
    student with { Probe = bare, TeacherProbe = penalised, Variant = "no penalty" },
];
TrainProbe[] bareTeacher =
[
    student with { Method = ProbeMethod.WeakTeacher, Probe = bare },
    student with { TeacherProbe = bare, Variant = "penalty" }, student with { Probe = bare, Variant = "no penalty" },
];
TrainProbe[] stages = [.. from stage in new[] { 1, 2, 3, 4 } from run in ends.Skip(1).Append(student)
    select run with { Strong = ImageNet(stage) }];
TrainProbe[] close = [.. ends.Append(student).Select(run => run with { Weak = ImageNet(2) })];

IEnumerable<TrainProbe> Split(long split) =>
    new[] { 50, 200, 1_000 }.SelectMany(labels => arms.Select(run => run with { Data = Parts(labels) }))
        .Concat(bareTeacher).Concat(stages.Concat(close).Select(run => run with { Data = Parts(200) }))
        .Select(run => run with { Seed = split });

Experiment[] runs = [.. Enumerable.Range(0, quick ? 1 : 10).SelectMany(split => Split(split)),
    .. Enumerable.Range(0, quick ? 1 : 3).SelectMany(seed => (Experiment[])
[
    plan.TeacherRun(seed),
    .. depths.SelectMany(depth => methods.Select(loss => plan.Taught(loss, seed, depth))
        .Append(plan.Alone(seed, depth, ceiling: false)).Append(plan.Alone(seed, depth, ceiling: true))),
    .. methods.Select(loss => plan.Taught(loss, seed, TrainedDepth.Full, labels: true)),
    plan.Taught(new Kd(), seed, TrainedDepth.Full) with
    {
        Network = new CatalogueNetwork(quick ? "resnet20" : "resnet56") { Normalization = Normalization.Cifar100 },
        Variant = "from nothing",
    },
])];
