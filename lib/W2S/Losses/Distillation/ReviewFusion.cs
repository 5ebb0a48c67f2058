using TorchSharp;
using TorchSharp.Modules;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses.Distillation;

/// <summary>The learnable part of <see cref="ReviewKd"/>: attention-based fusion of each stage with what comes from the
/// deeper ones.</summary>
/// <remarks>
/// From the deepest stage up: x = BN(1×1 conv F_s) with m channels; with a residual r from below, upsampled to x
/// (nearest), and a = σ(1×1 conv [x, r]) of two channels, x ← a_0·x + a_1·r; x is resized to the teacher's map
/// (nearest), passed on as the next residual, and R = BN(3×3 conv x) has the teacher's channels. m = min(512, pooled
/// size of the student).
/// </remarks>
public sealed class ReviewFusion : nn.Module<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>>
{
    private readonly ModuleList<FusionBlock> blocks = [];

    internal ReviewFusion(IReadOnlyList<Tensor> student, IReadOnlyList<Tensor> teacher, int maxChannels)
        : base(nameof(ReviewFusion))
    {
        var inner = Math.Min(maxChannels, student[^1].shape[1]);
        for (var i = 0; i < student.Count; i++)
            blocks.Add(new FusionBlock(student[i].shape[1], inner, teacher[i].shape[1], [.. teacher[i].shape[2..]],
                fuse: i < student.Count - 1));
        RegisterComponents();
        this.to(student[0].device, student[0].dtype);
    }

    /// <summary>Reviews the stages.</summary>
    /// <param name="maps">The student's maps from the first stage to the pooled feature, [B, c_s, h, w].</param>
    /// <returns>For each, a map of the teacher's shape.</returns>
    public override IReadOnlyList<Tensor> forward(IReadOnlyList<Tensor> maps)
    {
        var results = new Tensor[maps.Count];
        Tensor? residual = null;
        for (var i = maps.Count - 1; i >= 0; i--)
            (results[i], residual) = blocks[i].forward(maps[i], residual);
        return results;
    }

    private sealed class FusionBlock : nn.Module<Tensor, Tensor?, (Tensor Result, Tensor? Residual)>
    {
        private readonly Conv2d reduce;
        private readonly BatchNorm2d reduceNorm;
        private readonly Conv2d? attention;
        private readonly Conv2d expand;
        private readonly BatchNorm2d expandNorm;
        private readonly long[] size;

        public FusionBlock(long student, long inner, long teacher, long[] size, bool fuse) : base(nameof(FusionBlock))
        {
            this.size = size;
            reduce = nn.Conv2d(student, inner, kernel_size: 1, bias: false);
            reduceNorm = nn.BatchNorm2d(inner);
            expand = nn.Conv2d(inner, teacher, kernel_size: 3, padding: 1, bias: false);
            expandNorm = nn.BatchNorm2d(teacher);
            if (fuse) attention = nn.Conv2d(2 * inner, 2, kernel_size: 1);
            nn.init.kaiming_uniform_(reduce.weight!, a: 1);
            nn.init.kaiming_uniform_(expand.weight!, a: 1);
            RegisterComponents();
        }

        public override (Tensor Result, Tensor? Residual) forward(Tensor x, Tensor? residual)
        {
            x = reduceNorm.forward(reduce.forward(x.to_type(reduce.weight!.dtype)));
            if (attention is not null && residual is not null)
            {
                var below = Resize(residual, x.shape[2..]);
                var gates = attention.forward(cat([x, below], 1)).sigmoid();
                x = (x * gates.narrow(1, 0, 1)).Plus(below * gates.narrow(1, 1, 1));
            }
            x = Resize(x, size);
            return (expandNorm.forward(Expand(x)), x);
        }

        // libtorch 2.10 returns garbage for the input's gradient of a float32 3×3 convolution on some CPUs
        // where the output channels are no multiple of 16: spare channels of zeros go around that.
        private Tensor Expand(Tensor x)
        {
            var weight = expand.weight!;
            var spare = (16 - weight.shape[0] % 16) % 16;
            if (spare == 0) return expand.forward(x);
            var zeros = weight.new_zeros(spare, weight.shape[1], weight.shape[2], weight.shape[3]);
            return nn.functional.conv2d(x, cat([weight, zeros], 0), padding: [1L, 1L]).narrow(1, 0, weight.shape[0]);
        }

        private static Tensor Resize(Tensor x, long[] size) =>
            x.shape[2..].SequenceEqual(size) ? x
                : nn.functional.interpolate(x, size: size, mode: InterpolationMode.Nearest);
    }
}
