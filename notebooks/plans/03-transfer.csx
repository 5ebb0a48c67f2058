// Page 03's probes: a CIFAR-10 network teaches an ImageNet one, ten splits by number of labels, with and without a
// penalty, at four stages, and a teacher that is too close. W2S_QUICK=1 leaves one split.
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

Experiment[] runs = [.. Enumerable.Range(0, quick ? 1 : 10).SelectMany(split => Split(split))];
