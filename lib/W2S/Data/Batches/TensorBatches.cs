using TorchSharp;
using W2S.Data.Views;
using W2S.Models;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Data.Batches;

/// <summary>Images of batches, made by batched tensor operations from the whole set, which lies on the device as
/// bytes.</summary>
/// <remarks>Chance is drawn, and source pixels and shares are found, by the same code as for the CPU; only the pixels'
/// work is done there, with the same operations in the same order. Noise has no form here
/// (<see cref="Covers"/>).</remarks>
internal sealed class TensorBatches : IBatchSource
{
    private readonly Tensor _all; // uint8 [N, 3, H·W]
    private readonly Tensor _scale;
    private readonly Tensor _shift;
    private readonly Tensor _half;
    private readonly Tensor _rowLength;
    private readonly Scalar _zero = 0f.ToScalar(); // made once: a scalar a call would live until its finalizer runs
    private readonly Scalar _one = 1L.ToScalar();
    private readonly Device _device;
    private readonly int _height;
    private readonly int _width;
    private readonly bool _channelsLast;

    public TensorBatches(ImageSet set, BatchOptions options, Normalization normalization)
    {
        using var scope = NewDisposeScope();
        var device = options.Device ?? CPU;
        (_device, _height, _width, _channelsLast) = (device, set.Height, set.Width, options.ChannelsLast);
        _all = set.Images.reshape(set.Count, 3, _height * _width).to(device).DetachFromDisposeScope();
        var (scale, shift) = normalization.Linear();
        _scale = tensor(scale, device: device).reshape(1, 3, 1, 1).DetachFromDisposeScope();
        _shift = tensor(shift, device: device).reshape(1, 3, 1, 1).DetachFromDisposeScope();
        _half = tensor(0.5f, device: device).DetachFromDisposeScope();
        _rowLength = tensor((long)_width, device: device).DetachFromDisposeScope();
    }

    /// <summary>Whether all steps of an augmentation can be done here.</summary>
    public static bool Covers(Augmentation augmentation) =>
        augmentation.Erasing?.Fill != ErasingFill.Noise;

    public IEnumerable<Tensor> Images(BatchPlan plan)
    {
        for (var step = plan.Start; step < plan.End; step++)
        {
            var indices = plan.Indices(step);
            using var images = Make(indices, [.. indices.Select(plan.Plan)], plan.Mix(step));
            yield return images;
        }
    }

    public void Dispose()
    {
        _all.Dispose();
        _scale.Dispose();
        _shift.Dispose();
        _half.Dispose();
        _rowLength.Dispose();
        _zero.Dispose();
        _one.Dispose();
    }

    // In no dispose scope.
    private Tensor Make(int[] indices, ViewPlan[] plans, MixPlan? mix)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var picked = _all.index_select(0, tensor(indices.Select(index => (long)index).ToArray(), device: _device));
        var resized = plans.Any(plan => plan.Part.Height != _height || plan.Part.Width != _width);
        var images = (resized ? Resize(picked, plans) : Shift(picked, plans)) * _scale;
        images = images.Plus(_shift);
        if (plans.Any(plan => plan.Erased.Height > 0))
            images = images.masked_fill(Inside(plans.Select(plan => plan.Erased).ToArray()), _zero);
        if (mix is { } mixing) images = Mix(images, mixing);
        if (_channelsLast) images = images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        return images.DetachFromDisposeScope();
    }

    private Tensor Shift(Tensor picked, ViewPlan[] plans)
    {
        var (rows, above) = Axis(plans, _height, (plan, y) => y + plan.Part.Top);
        var (columns, beside) = Axis(plans, _width, (plan, x) => (plan.Flip ? _width - 1 - x : x) + plan.Part.Left);
        var black = above.unsqueeze(2).logical_or(beside.unsqueeze(1)).unsqueeze(1);
        return At(picked, rows, columns).masked_fill(black, _zero);
    }

    private Tensor Resize(Tensor picked, ViewPlan[] plans)
    {
        var (upper, lower, restDown, down) =
            Taps(plans, _height, (plan, y) => CropResize.Tap(y, plan.Part.Top, plan.Part.Height, _height));
        var (left, right, restAcross, across) = Taps(
            plans, _width,
            (plan, x) => CropResize.Tap(plan.Flip ? _width - 1 - x : x, plan.Part.Left, plan.Part.Width, _width));
        (restDown, down) = (restDown.reshape(-1, 1, _height, 1), down.reshape(-1, 1, _height, 1));
        (restAcross, across) = (restAcross.reshape(-1, 1, 1, _width), across.reshape(-1, 1, 1, _width));
        var above = (At(picked, upper, left) * restAcross).Plus(At(picked, upper, right) * across);
        var below = (At(picked, lower, left) * restAcross).Plus(At(picked, lower, right) * across);
        return (above * restDown).Plus(below * down).Plus(_half).floor();
    }

    // The pixels at rows [B, H] × columns [B, W] of each image, as float32 [B, 3, H, W].
    private Tensor At(Tensor picked, Tensor rows, Tensor columns)
    {
        var places = (rows.unsqueeze(2) * _rowLength).add(columns.unsqueeze(1), _one).reshape(-1, 1, _height * _width)
            .expand(-1, 3, -1);
        return picked.gather(2, places).to(ScalarType.Float32).reshape(-1, 3, _height, _width);
    }

    private Tensor Mix(Tensor images, MixPlan plan)
    {
        var others = images.flip(0);
        if (plan.Cut) return images.where(Inside([plan.Rectangle]).logical_not(), others);
        return (images * tensor(plan.Lambda, device: _device)).Plus(others * tensor(1 - plan.Lambda, device: _device));
    }

    // Whether a pixel lies in its image's rectangle: bool [B, 1, H, W].
    private Tensor Inside((int Top, int Left, int Height, int Width)[] parts)
    {
        var rows = arange(_height, device: _device).reshape(1, 1, _height, 1);
        var columns = arange(_width, device: _device).reshape(1, 1, 1, _width);
        return rows.ge(Each(part => part.Top)).logical_and(rows.lt(Each(part => part.Top + part.Height)))
            .logical_and(columns.ge(Each(part => part.Left)))
            .logical_and(columns.lt(Each(part => part.Left + part.Width)));

        Tensor Each(Func<(int Top, int Left, int Height, int Width), int> value) =>
            tensor(parts.Select(part => (long)value(part)).ToArray(), device: _device).reshape(-1, 1, 1, 1);
    }

    // Where along an axis each pixel comes from, and whether that is outside the image.
    private (Tensor Places, Tensor Outside) Axis(ViewPlan[] plans, int length, Func<ViewPlan, int, int> place)
    {
        var (places, outside) = (new long[plans.Length * length], new bool[plans.Length * length]);
        for (var i = 0; i < places.Length; i++)
        {
            var at = place(plans[i / length], i % length);
            (places[i], outside[i]) = (Math.Clamp(at, 0, length - 1), at < 0 || at >= length);
        }
        return (Table(tensor(places, device: _device), length), Table(tensor(outside, device: _device), length));
    }

    private (Tensor First, Tensor Second, Tensor Remainder, Tensor Share) Taps(
        ViewPlan[] plans, int length, Func<ViewPlan, int, (int First, int Second, float Share)> tap)
    {
        var count = plans.Length * length;
        var (first, second, rest, share) = (new long[count], new long[count], new float[count], new float[count]);
        for (var i = 0; i < count; i++)
        {
            (first[i], second[i], share[i]) = tap(plans[i / length], i % length);
            rest[i] = 1 - share[i];
        }
        return (
            Table(tensor(first, device: _device), length), Table(tensor(second, device: _device), length),
            Table(tensor(rest, device: _device), length), Table(tensor(share, device: _device), length));
    }

    private static Tensor Table(Tensor values, int length) => values.reshape(-1, length);
}
