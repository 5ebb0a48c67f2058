using W2S.Models;
using static TorchSharp.torch;

namespace W2S.Data.Batches;

/// <summary>Batches by tensor operations on the device where the whole set lies.</summary>
internal sealed class TensorBatches(ImageSet set, BatchOptions options, Normalization normalization)
    : IBatchSource
{
    private readonly Device _device = options.Device ?? CPU;
    private readonly TensorViews _views = new(set, normalization, options.Device ?? CPU);

    public IEnumerable<Batch> Serve(BatchPlan plan)
    {
        for (var step = plan.Start; step < plan.End; step++)
        {
            var indices = plan.Indices(step);
            var plans = indices.Select(plan.Plan).ToArray();
            var mix = plan.Mix(step);
            var classes = indices.Select(index => plan.Labels[index]).ToArray();
            using var images = _views.Make(indices, plans, mix, options.ChannelsLast);
            using var labels = tensor(classes, device: _device).DetachFromDisposeScope();
            using var partners = mix is null ? null
                : tensor(classes.Reverse().ToArray(), device: _device).DetachFromDisposeScope();
            yield return new Batch(images, labels, indices, plan.Epoch, step,
                mix is { } mixing ? new BatchMix(mixing.Lambda, partners!) : null);
        }
    }

    public void Dispose() => _views.Dispose();
}
