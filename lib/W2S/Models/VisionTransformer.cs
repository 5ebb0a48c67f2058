using TorchSharp;
using TorchSharp.Modules;
using W2S.Models.Blocks;
using W2S.Torch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace W2S.Models;

/// <summary>The shape of a <see cref="VisionTransformer"/>.</summary>
/// <param name="Image">Height and width of its images, in pixels.</param>
/// <param name="Patch">Height and width of a patch, in pixels.</param>
/// <param name="Width">Length of a token.</param>
/// <param name="Depth">How many blocks.</param>
/// <param name="Heads">How many attention heads.</param>
internal sealed record VisionTransformerShape(int Image, int Patch, int Width, int Depth, int Heads)
{
    /// <summary>ViT-B/16 for 224×224 images.</summary>
    public static VisionTransformerShape Base16 { get; } = new(224, 16, 768, 12, 12);

    /// <summary>A small one for 32×32 images and a CPU: patches of 4×4, ViT-Ti's width, 6 blocks.</summary>
    public static VisionTransformerShape Tiny32 { get; } = new(32, 4, 192, 6, 3);

    /// <summary>Whether the head reads the mean of the patch tokens (MAE's fine-tuning) instead of the class
    /// token.</summary>
    /// <value>Default false.</value>
    public bool MeanPooling { get; init; }
}

/// <summary>Vision transformers in the layout of timm and MAE.</summary>
/// <remarks>
/// Dosovitskiy et al.: "An Image is Worth 16×16 Words", ICLR 2021. Keys as in timm: cls_token, pos_embed,
/// patch_embed.proj, blocks.N, norm, head; with mean pooling fc_norm stands for norm, as in MAE. Linear layers start
/// from N(0, 0.02). Stages: the tokens before the first block and after each quarter of the blocks, [B, 1 + patches,
/// width].
/// </remarks>
internal sealed class VisionTransformer : HeadedModel, ICatalogued<ModelEntry>
{
    private readonly VisionTransformerShape shape;
    private readonly Parameter cls_token;
    private readonly Parameter pos_embed;
    private readonly Chain patch_embed;
    private readonly Chain blocks;
    private readonly LayerNorm[] norm;

    /// <param name="name">Its field name.</param>
    /// <param name="shape">Its shape: a whole number of patches, a width of a whole number of heads.</param>
    /// <param name="classes">How many classes.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one class.</exception>
    public VisionTransformer(string name, VisionTransformerShape shape, int classes) : base(name)
    {
        this.shape = shape;
        var patches = shape.Image / shape.Patch * (shape.Image / shape.Patch);
        cls_token = nn.Parameter(zeros(1, 1, shape.Width));
        pos_embed = nn.Parameter(zeros(1, patches + 1, shape.Width));
        init.normal_(cls_token, 0, 1e-6);
        init.normal_(pos_embed, 0, 0.02);
        patch_embed =
            new Chain().Add("proj", Layers.PlainConv(3, shape.Width, shape.Patch, shape.Patch, bias: true, padding: 0));
        blocks = new Chain(
            Enumerable.Range(0, shape.Depth).Select(_ => new TransformerBlock(shape.Width, shape.Heads)));
        norm = [TransformerBlock.Norm(shape.Width)];
        RegisterComponents();
        register_module(shape.MeanPooling ? "fc_norm" : "norm", norm[0]);
        SetHead("head", shape.Width, classes, TransformerBlock.Linear);
    }

    // An encoder that was pretrained without classes normalises every token; a classifier that pools first has a norm
    // of its own (MAE).
    internal override (string Own, string Encoder)? HeadNorm => shape.MeanPooling ? ("fc_norm", "norm") : null;

    /// <inheritdoc/>
    protected override Tensor Encode(Tensor images, List<Tensor>? stages)
    {
        var patches = patch_embed.call(images).flatten(2).transpose(1, 2);
        var first = cls_token.expand(patches.shape[0], -1, -1);
        var x = Keep(cat([first, patches], 1).add_(pos_embed, Layers.One), stages);
        // After every quarter: block·4/depth steps up behind it.
        x = Layers.Through(blocks.Parts, x, stages, [.. Enumerable.Range(0, shape.Depth).Where(
            block => (block + 1) * 4 / shape.Depth > block * 4 / shape.Depth)]);
        return shape.MeanPooling
            ? norm[0].call(x.narrow(1, 1, x.shape[1] - 1).mean([1]))
            : norm[0].call(x).select(1, 0);
    }

    static IReadOnlyList<ModelEntry> ICatalogued<ModelEntry>.Entries =>
    [
        new("vit-tiny-32", "ViT", 32, 100, 2_710_948,
            "timm's VisionTransformer with img_size 32, patch_size 4, embed_dim 192, depth 6, num_heads 3",
            classes => new VisionTransformer("vit-tiny-32", VisionTransformerShape.Tiny32, classes)),
        new("vit-b16", "ViT", 224, 1000, 86_567_656,
            "timm's vit_base_patch16_224; the same count as torchvision 0.14.1's vit_b_16",
            classes => new VisionTransformer("vit-b16", VisionTransformerShape.Base16, classes)),
        new("vit-b16-mae", "ViT", 224, 1000, 86_567_656,
            "facebookresearch/mae, models_vit.py vit_base_patch16(global_pool=True), counted with timm",
            classes => new VisionTransformer("vit-b16-mae", VisionTransformerShape.Base16 with { MeanPooling = true },
                classes)),
    ];
}
