// The fine-tuning of page 03: a teacher, students at three depths, controls at each, and both kinds of supervision
// together, three seeds. W2S_QUICK=1 leaves one seed of two epochs.
var task = TransferPlan.Task(FolderSource.EuroSat with { PerClass = quick ? 100 : 300 });
var plan = new TransferPlan
{
    Data = quick ? task with { Unlabelled = 300, Test = 300 } : task,
    Strong = new PublicNetwork(quick ? "cifar100_resnet20" : "cifar100_resnet56"),
    Epochs = quick ? 2 : 6,
};
DistillationLoss[] methods = [new Kd(), new AdaptConf()];
TrainedDepth[] depths = [TrainedDepth.Head, TrainedDepth.LastStage, TrainedDepth.Full];

Experiment[] runs = [.. Enumerable.Range(0, quick ? 1 : 3).SelectMany(seed => (Experiment[])
[
    plan.TeacherRun(seed),
    .. depths.SelectMany(depth => methods.Select(loss => plan.Taught(loss, seed, depth))
        .Append(plan.Alone(seed, depth, ceiling: false)).Append(plan.Alone(seed, depth, ceiling: true))),
    .. methods.Select(loss => plan.Taught(loss, seed, TrainedDepth.Full, labels: true)),
])];
