using TorchSharp;
using W2S.Data;
using W2S.Data.Batches;
using W2S.Data.Views;
using W2S.Losses;
using W2S.Models;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>Where weak labels come from during a run.</summary>
public abstract class Teacher
{
    /// <summary>A network that is run inside every step, on the very views that the student sees.</summary>
    /// <param name="model">The network; the run puts it into evaluation mode and onto its device and leaves it
    /// there.</param>
    /// <param name="normalization">What the network expects; null where that is the student's.</param>
    /// <returns>The teacher.</returns>
    public static Teacher OnTheFly(ImageModel model, Normalization? normalization = null) =>
        new LiveTeacher(model, normalization);

    /// <summary>Says which teacher this is: equal texts, equal weak labels.</summary>
    internal abstract string Identity { get; }

    /// <summary>Its accuracy on held-out images; null where it cannot see images.</summary>
    internal virtual double? Accuracy(ImageSet images, Normalization normalization, CancellationToken token) => null;

    /// <exception cref="ArgumentException">This teacher cannot teach that run.</exception>
    internal abstract void Check(TrainingRun run);

    /// <summary>Prepares for a run.</summary>
    internal virtual void Start(TrainingRun run, Device device)
    {
    }

    /// <summary>Logits [B, C] and features of a batch, owned by the current dispose scope.</summary>
    internal abstract (Tensor Logits, LossFeatures? Features) Ask(Batch batch);

    private sealed class LiveTeacher : Teacher
    {
        private readonly ImageModel model;
        private readonly Normalization? normalization;
        private (Tensor Scale, Tensor Shift)? change;

        public LiveTeacher(ImageModel model, Normalization? normalization)
        {
            ArgumentNullException.ThrowIfNull(model);
            (this.model, this.normalization) = (model, normalization);
        }

        internal override string Identity
        {
            get
            {
                var input = normalization is null ? "" : $", input {RunIdentity.Text(normalization.ToString)}";
                return $"{model.ModelName} {Fingerprint.Of(model)}{input}";
            }
        }

        internal override double? Accuracy(ImageSet images, Normalization student, CancellationToken token) =>
            Evaluator.Evaluate(model, images, normalization ?? student, token: token).Top1;

        internal override void Check(TrainingRun run)
        {
            if (ReferenceEquals(model, run.Student))
                throw new ArgumentException(
                    $"{model.ModelName} cannot teach itself while it learns; give the teacher an object of its own");
            if (model.Classes != run.Student.Classes)
                throw new ArgumentException(
                    $"the teacher tells {model.Classes} classes apart and the student {run.Student.Classes}; give "
                    + "both one head size");
        }

        internal override void Start(TrainingRun run, Device device)
        {
            model.to(device);
            model.eval();
            change?.Scale.Dispose();
            change?.Shift.Dispose();
            change = normalization is null || normalization == run.Batches.Normalization ? null
                : Between(run.Batches.Normalization, normalization, device);
        }

        internal override (Tensor Logits, LossFeatures? Features) Ask(Batch batch)
        {
            using var _ = no_grad();
            using var scope = NewDisposeScope();
            var images = change is var (scale, shift) ? batch.Images.mul(scale).add_(shift, Numerics.One)
                : batch.Images;
            var output = model.ForwardFeatures(images);
            foreach (var stage in output.Stages)
                stage.MoveToOuterDisposeScope();
            return (output.Logits.MoveToOuterDisposeScope(),
                new LossFeatures(output.Pooled.MoveToOuterDisposeScope(), output.Stages));
        }

        // (x·s₁ + m₁ − m₂)/s₂: from one network's input to the other's.
        private static (Tensor, Tensor) Between(Normalization from, Normalization to, Device device)
        {
            var (m1, s1, m2, s2) = (Numbers(from.Mean), Numbers(from.Std), Numbers(to.Mean), Numbers(to.Std));
            return (Channels([.. s1.Zip(s2, (a, b) => a / b)]),
                Channels([.. m1.Zip(m2, (a, b) => a - b).Zip(s2, (d, s) => d / s)]));

            float[] Numbers((float R, float G, float B) c) => [c.R, c.G, c.B];
            Tensor Channels(float[] c) => tensor(c, device: device).reshape(1, 3, 1, 1).DetachFromDisposeScope();
        }
    }
}
