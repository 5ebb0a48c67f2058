using TorchSharp;
using W2S.Losses;
using static TorchSharp.torch;

namespace W2S.Tests.Losses;

/// <summary>A batch's loss and its gradient in the student's logits, as a loss with <see cref="Loss.HasClosedForm"/>
/// states them: to be compared with <see cref="Loss.Compute"/> and its graph.</summary>
/// <param name="Gradient">Of the total, float32 [B, C], owned by the dispose scope in which it was made.</param>
/// <param name="Parts">The parts of the loss by name, as in <see cref="LossParts.Parts"/>.</param>
/// <param name="Diagnostics">Means over the batch by name.</param>
internal sealed record ClosedForm(
    Tensor Gradient, IReadOnlyDictionary<string, double> Parts, IReadOnlyDictionary<string, double> Diagnostics)
{
    /// <summary>Evaluates a loss on a batch.</summary>
    /// <param name="loss">A loss in closed form.</param>
    /// <param name="batch">Logits and what supervises them, on the CPU.</param>
    /// <returns>What the loss states.</returns>
    /// <exception cref="ArgumentException">The batch lacks something or does not fit.</exception>
    public static unsafe ClosedForm Of(Loss loss, LossBatch batch)
    {
        batch.Check();
        var (count, classes) = ((int)batch.StudentLogits.shape[0], (int)batch.StudentLogits.shape[1]);
        using var batches = new LogitBatches(loss, batch, classes);
        using var logits = new AlignedFloats((long)count * batches.Padded);
        var given = batch.StudentLogits.detach().to_type(ScalarType.Float32).contiguous().data<float>().ToArray();
        for (var i = 0; i < count; i++)
        {
            for (var c = 0; c < batches.Padded; c++)
                logits.Start[i * batches.Padded + c] = c < classes ? given[i * classes + c] : LogitSample.Never;
        }
        batches.Differentiate([.. Enumerable.Range(0, count)], logits.Start, batch.Epoch);
        var gradient = new float[count, classes];
        for (var i = 0; i < count; i++)
        {
            for (var c = 0; c < classes; c++) gradient[i, c] = logits.Start[i * batches.Padded + c];
        }
        var sample = batches.Sample;
        Dictionary<string, double> parts = [], diagnostics = [];
        for (var i = 0; i < sample.Parts.Length; i++)
            parts[sample.Parts[i]] = parts.GetValueOrDefault(sample.Parts[i]) + sample.Sums[i];
        for (var i = 0; i < sample.Watched.Length; i++) diagnostics[sample.Watched[i]] = sample.WatchedSums[i] / count;
        return new ClosedForm(tensor(gradient), parts, diagnostics);
    }
}
