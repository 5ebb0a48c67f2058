// The paper's transfer on EuroSAT at 224 pixels, many GPU hours: an ImageNet ResNet-50 teaches MAE's ViT-B/16, 100
// epochs.
TransferExperiment Tuned(string network, string file, double decay) => new()
{
    Network = network, Weights = $"weights/{file}.pth", Normalization = Normalization.ImageNet, BatchSize = 128,
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
var teacher = Tuned("resnet50", "imagenet_resnet50", decay: 1) with { Role = Role.WeakTeacher };
var alone = Tuned("vit-b16-mae", "mae_pretrain_vit_base", decay: .65);
DistillationLoss[] methods = [new Kd(), new AugConf(), new AdaptConf()];

Experiment[] runs = [.. Enumerable.Range(0, 3).SelectMany(seed => new[]
{
    teacher, alone, alone with { UnlabelledTruth = true },
}.Concat(methods.Select(loss => alone with { Teacher = teacher with { Seed = seed }, Loss = loss.TeacherOnly() }))
    .Select(run => run with { Seed = seed }))];
