namespace W2S.Models;

/// <summary>Every network of the library, with its size and a source for it.</summary>
/// <remarks>
/// Counts come from the public code itself: instantiated with PyTorch and summed over its parameters
/// (<c>tests/reference/model_reference.py</c>), torchvision's by the torchvision of Debian.
/// </remarks>
public static class ModelCatalogue
{
    private const string Mdistiller = "megvii-research/mdistiller, mdistiller/models/cifar/";
    private const string Torchvision = "torchvision 0.14.1, torchvision.models.";
    private const string FewShot = "ggjy/vision_weak_to_strong, few_shot_leaerning/models/";
    private const string Noisy =
        "ggjy/vision_weak_to_strong, noisy_labels_learning/utils_sel/models/preact_resnet.py without its projection "
        + "head";
    private const string Mobile = "ggjy/vision_weak_to_strong, classification/custom_model/mobilenetv1.py";
    private const string Timm = "timm's vit_base_patch16_224; the same count as torchvision 0.14.1's vit_b_16";

    /// <summary>The networks, family by family.</summary>
    public static IReadOnlyList<ModelEntry> All { get; } =
    [
        Cifar(8, 83_892), Cifar(14, 181_108), Cifar(20, 278_324), Cifar(32, 472_756), Cifar(44, 667_188),
        Cifar(56, 861_620), Cifar(110, 1_736_564), CifarWide(8, 1_233_540), CifarWide(32, 7_433_860),
        new("cifar-resnet50", "CIFAR ResNet", 32, 100, 23_705_252, Mdistiller + "resnetv2.py ResNet50", ResNet.Cifar50),
        Wide(16, 1, 180_916), Wide(16, 2, 703_284), Wide(40, 1, 569_780), Wide(40, 2, 2_255_156),
        new("vgg8", "VGG", 32, 100, 3_965_028, Mdistiller + "vgg.py vgg8_bn", classes => new Vgg(8, classes)),
        new("vgg13", "VGG", 32, 100, 9_462_180, Mdistiller + "vgg.py vgg13_bn", classes => new Vgg(13, classes)),
        new("shufflenet-v1", "ShuffleNet", 32, 100, 949_258, Mdistiller + "ShuffleNetv1.py ShuffleV1",
            classes => new ShuffleNetV1(classes)),
        new("shufflenet-v2", "ShuffleNet", 32, 100, 1_355_528, Mdistiller + "ShuffleNetv2.py ShuffleV2",
            classes => new ShuffleNetV2(classes)),
        new("mobilenet-v2", "MobileNet", 32, 100, 812_836, Mdistiller + "mobilenetv2.py mobile_half",
            classes => new MobileNetV2(classes)),
        new("preactresnet18", "PreActResNet", 32, 100, 11_217_444, Noisy, classes => new PreActResNet(18, classes)),
        new("preactresnet34", "PreActResNet", 32, 100, 21_325_604, Noisy, classes => new PreActResNet(34, classes)),
        new("vit-tiny-32", "ViT", 32, 100, 2_710_948,
            "timm's VisionTransformer with img_size 32, patch_size 4, embed_dim 192, depth 6, num_heads 3",
            classes => new VisionTransformer("vit-tiny-32", VisionTransformerShape.Tiny32, classes)),
        new("conv4", "few-shot", 84, 64, 215_552, FewShot + "convnet4.py with a 64-way linear classifier",
            classes => new Conv4(classes)),
        FewShotNetwork(12, 8_029_632), FewShotNetwork(18, 10_243_776), FewShotNetwork(36, 23_191_872),
        ImageNet(18, 11_689_512), ImageNet(34, 21_797_672), ImageNet(50, 25_557_032),
        new("resnet18-cntk", "ImageNet", 224, 1000, 16_410_152,
            "Microsoft.ML.DnnImageFeaturizer.ResNet18 0.23.1, as torchvision's ResNet(BasicBlock, [2, 2, 2, 3])",
            ResNet.Cntk18),
        new("alexnet", "ImageNet", 224, 1000, 61_100_840, Torchvision + "alexnet", classes => new AlexNet(classes)),
        new("mobilenet-v1", "ImageNet", 224, 1000, 4_231_976, Mobile, classes => new MobileNetV1(classes)),
        new("vit-b16", "ViT", 224, 1000, 86_567_656, Timm,
            classes => new VisionTransformer("vit-b16", VisionTransformerShape.Base16, classes)),
        new("vit-b16-mae", "ViT", 224, 1000, 86_567_656,
            "facebookresearch/mae, models_vit.py vit_base_patch16(global_pool=True), counted with timm",
            classes => new VisionTransformer("vit-b16-mae", VisionTransformerShape.Base16 with { MeanPooling = true },
                classes)),
    ];

    /// <summary>Finds a network by its name.</summary>
    /// <param name="name">A name of <see cref="All"/>; case does not matter, nor does _ for -.</param>
    /// <returns>Its entry.</returns>
    /// <exception cref="ArgumentException">There is none of that name; the message lists those there are.</exception>
    public static ModelEntry Find(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var plain = name.Replace('_', '-');
        return All.FirstOrDefault(entry => entry.Name.Equals(plain, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentException(
                $"there is no network '{name}'; there are {string.Join(", ", All.Select(entry => entry.Name))}",
                nameof(name));
    }

    /// <summary>Makes a network by its name.</summary>
    /// <param name="name">A name of <see cref="All"/>.</param>
    /// <param name="classes">How many classes.</param>
    /// <returns>The network, freshly initialised from libtorch's generator.</returns>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one class.</exception>
    public static ImageModel Create(string name, int classes) => Find(name).Make(classes);

    /// <summary>Makes a network whose first weights depend on a seed alone.</summary>
    /// <param name="name">A name of <see cref="All"/>.</param>
    /// <param name="classes">How many classes.</param>
    /// <param name="seed">Seed of the first weights.</param>
    /// <returns>The network; libtorch's generator is as before.</returns>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one class.</exception>
    public static ImageModel Create(string name, int classes, long seed) =>
        FirstWeights.Of(seed, () => Create(name, classes));

    private static ModelEntry Cifar(int depth, long parameters) => new(
        $"resnet{depth}", "CIFAR ResNet", 32, 100, parameters, $"{Mdistiller}resnet.py resnet{depth}",
        classes => ResNet.Cifar(depth, classes));

    private static ModelEntry CifarWide(int depth, long parameters) => new(
        $"resnet{depth}x4", "CIFAR ResNet", 32, 100, parameters, $"{Mdistiller}resnet.py resnet{depth}x4",
        classes => ResNet.Cifar(depth, classes, wide: true));

    private static ModelEntry Wide(int depth, int width, long parameters) => new(
        $"wrn-{depth}-{width}", "WideResNet", 32, 100, parameters, $"{Mdistiller}wrn.py wrn_{depth}_{width}",
        classes => new WideResNet(depth, width, classes));

    private static ModelEntry FewShotNetwork(int depth, long parameters) => new(
        $"fewshot-resnet{depth}", "few-shot", 80, 64, parameters,
        $"{FewShot}resnet.py resnet{depth}_bottle with a 64-way linear classifier",
        classes => new FewShotResNet(depth, classes));

    private static ModelEntry ImageNet(int depth, long parameters) => new(
        $"resnet{depth}", "ImageNet", 224, 1000, parameters, $"{Torchvision}resnet{depth}",
        classes => ResNet.ImageNet(depth, classes));
}
