using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace W2S.Models.Blocks;

/// <summary>Attention and a two-layer network, each after a norm and beside an identity path (timm's keys).</summary>
internal sealed class TransformerBlock : Block
{
    private readonly LayerNorm norm1;
    private readonly Attention attn;
    private readonly LayerNorm norm2;
    private readonly Chain mlp;

    public TransformerBlock(int width, int heads) : base(nameof(TransformerBlock))
    {
        norm1 = Norm(width);
        attn = new Attention(width, heads);
        norm2 = Norm(width);
        mlp = new Chain().Add("fc1", Linear(width, 4 * width)).Add("gelu", new Function(functional.gelu)).Add("fc2",
            Linear(4 * width, width));
        RegisterComponents();
    }

    /// <summary>A layer norm with the ε of vision transformers, 1e-6.</summary>
    public static LayerNorm Norm(int width) => nn.LayerNorm(width, eps: 1e-6);

    /// <summary>A linear layer drawn from N(0, 0.02), bias 0.</summary>
    /// <remarks>timm draws from that normal cut at ±2, which is a hundred standard deviations: the same.</remarks>
    public static Linear Linear(int inputs, int outputs)
    {
        var layer = nn.Linear(inputs, outputs);
        init.normal_(layer.weight, 0, 0.02);
        init.zeros_(layer.bias!);
        return layer;
    }

    protected override Tensor Run(Tensor x)
    {
        x = Layers.AddInto(attn.call(norm1.call(x)), x);
        return Layers.AddInto(mlp.call(norm2.call(x)), x);
    }

    private sealed class Attention : Block
    {
        private readonly Linear qkv;
        private readonly Linear proj;
        private readonly int heads;

        public Attention(int width, int heads) : base(nameof(Attention))
        {
            this.heads = heads;
            qkv = TransformerBlock.Linear(width, 3 * width);
            proj = TransformerBlock.Linear(width, width);
            RegisterComponents();
        }

        protected override Tensor Run(Tensor x)
        {
            var (batch, tokens, width) = (x.shape[0], x.shape[1], x.shape[2]);
            var parts = qkv.call(x).view(batch, tokens, 3, heads, width / heads).permute(2, 0, 3, 1, 4);
            var mixed =
                functional.scaled_dot_product_attention(parts.select(0, 0), parts.select(0, 1), parts.select(0, 2));
            return proj.call(mixed.transpose(1, 2).reshape(batch, tokens, width));
        }
    }
}
