// The paper's transfer on EuroSAT at 224 pixels, many GPU hours: an ImageNet ResNet-50 teaches MAE's ViT-B/16, 100
// epochs, three seeds.
TrainNetwork Tuned(string network, double decay) => new()
{
    Network = new PublicNetwork(network), Depth = TrainedDepth.Full, Scenario = "transfer", BatchSize = 128,
    Data = new()
    {
        Pool = FolderSource.EuroSat with { Size = 224, PerClass = 2_500 },
        Labelled = 1_000, Validation = 2_000, Unlabelled = 15_000, Test = 5_000,
    },
    Training = new()
    {
        Epochs = 100, Optimizer = new AdamW(1e-3) { WeightDecay = .05 },
        Schedule = new CosineSchedule { WarmUpEpochs = 5 }, LayerDecay = decay, Precision = Precision.BFloat16,
    },
};
DistillationLoss[] methods = [new Kd(), new AugConf(), new AdaptConf()];

Experiment[] runs = [.. Enumerable.Range(0, 3).SelectMany(seed =>
{
    var teacher = Tuned("imagenet_resnet50", decay: 1) with { Role = Role.WeakTeacher, Seed = seed };
    var alone = Tuned("imagenet_vit-b16-mae", decay: .65) with { Seed = seed };
    return (Experiment[])
    [
        teacher, alone, alone with { FromUnlabelled = true },
        .. methods.Select(loss => alone with
        {
            Teacher = teacher, FromUnlabelled = true, WithLabels = false, Loss = loss.TeacherOnly(),
        }),
    ];
})];
