using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses.Distillation;

/// <summary>What losses on features share: both networks' features, checked, in one type.</summary>
internal static class FeatureLoss
{
    /// <summary>Both networks' features; the teacher's detached.</summary>
    /// <exception cref="ArgumentException">One of them is missing.</exception>
    public static (LossFeatures Student, LossFeatures Teacher) Both(LossBatch batch, string who)
    {
        if (batch.StudentFeatures is not { } student || batch.TeacherFeatures is not { } teacher)
            throw new ArgumentException(
                $"{who} needs features and the batch lacks "
                + $"{(batch.StudentFeatures is null ? "the student's" : "the teacher's")}; give StudentFeatures and "
                    + "TeacherFeatures");
        return (student, new LossFeatures(teacher.Pooled.detach(), [.. teacher.Stages.Select(x => x.detach())]));
    }

    /// <summary>The loss's module, of the type that it made.</summary>
    /// <exception cref="ArgumentException">It is missing, or another loss's.</exception>
    public static T Module<T>(LossBatch batch, string who) where T : nn.Module => batch.Module as T
        ?? throw new ArgumentException(
            $"{who} needs its {typeof(T).Name} and the batch has {batch.Module?.GetType().Name ?? "none"}; make it "
            + "once by CreateModule, train it beside the student, and give it as Module");

    /// <summary>Float16 and bfloat16 as float32, others as they are: means over a feature map want the
    /// digits.</summary>
    public static Tensor Wide(this Tensor t) =>
        t.dtype is ScalarType.Float16 or ScalarType.BFloat16 ? t.to_type(ScalarType.Float32) : t;

    /// <summary>Mean squared difference over everything but the batch, [B].</summary>
    public static Tensor MeanSquare(Tensor a, Tensor b) => (a - b).Squared().flatten(1).mean([1]);
}
