// Page 03's fine-tuning, trained: a ResNet-20 from nothing teaches CIFAR-100's ResNet-56 at three depths, teacher alone
// and with the labels beside it, five seeds. W2S_QUICK=1 leaves one seed of a smaller network and two epochs.
var plan = quick
    ? TransferPlan.Trained with
    {
        Data = TransferPlan.Task(FolderSource.EuroSat with { PerClass = 100 })
            with { Unlabelled = 300, Test = 300, Fixed = true },
        Strong = new PublicNetwork("cifar100_resnet20"),
        Epochs = 2,
        LabelledEpochs = 3,
    }
    : TransferPlan.Trained;
var adaptConf = new AdaptConf { BetaTemperature = .5 };
var seeds = Enumerable.Range(0, quick ? 1 : 5).Select(seed => (long)seed).ToArray();
TrainedDepth[] depths = [TrainedDepth.Full, TrainedDepth.LastStage, TrainedDepth.Head];

Experiment[] runs =
[
    .. seeds.Select(plan.TeacherRun),
    .. from depth in depths from seed in seeds from run in new[]
    {
        plan.Taught(new Kd(), seed, depth), plan.Taught(adaptConf, seed, depth),
        plan.Alone(seed, depth), plan.Alone(seed, depth, ceiling: true),
    } select run,
    // a teacher that is pretrained as well: is it weak?
    .. seeds.Select((plan with { Weak = new PublicNetwork("cifar10_resnet20") }).TeacherRun),
    .. from seed in seeds from loss in new DistillationLoss[] { new Kd(), adaptConf }
        select plan.Taught(loss, seed, labels: true),
    .. seeds.Select(seed => plan.Taught(new AugConf(), seed)),
];
