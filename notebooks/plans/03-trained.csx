// Page 03's fine-tuning, trained: a ResNet-20 from nothing teaches CIFAR-100's ResNet-56 at three depths, teacher alone
// and with the labels beside it, five seeds. W2S_QUICK=1 leaves one seed of a smaller network and an epoch.
var plan = !quick ? TransferPlan.Trained : TransferPlan.Trained with
{
    Data = TransferPlan.Trained.Data with { Unlabelled = 300, Test = 300 },
    Strong = new PublicNetwork("cifar100_resnet20"), Epochs = 1, LabelledEpochs = 2,
};
var seeds = quick ? 1 : 5;
DistillationLoss[] two = [new Kd(), new AdaptConf()], three = [.. two, new AugConf()];

Experiment[] runs =
[
    .. plan.Runs(three, seeds),
    .. plan.Runs(two, seeds, TrainedDepth.LastStage), .. plan.Runs(two, seeds, TrainedDepth.Head),
    .. from seed in Enumerable.Range(0, seeds) from loss in three select plan.Taught(loss, seed, labels: true),
    // a teacher that is pretrained as well: is it weak?
    .. (plan with { Weak = new PublicNetwork("cifar10_resnet20") }).Runs([], seeds),
];
