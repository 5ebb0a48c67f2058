using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Selection;

/// <summary>Selects the labels that an image's neighbours confirm: the confident examples of Sel-CL.</summary>
/// <remarks>
/// <para>Neighbours are the k images nearest by cosine, the image itself left out; each votes with e^{cos/t}. First
/// pass: votes of the given labels, whose winner replaces each label. Second pass: votes of those, normalised: q(x).
/// The loss of a label is −log q_y(x), q_y held to 0.01 … 0.99. Of every class the n labels with the least loss are
/// selected, where n is a quantile, over the classes, of how many labels of a class are their image's winner in the
/// second pass: all classes are selected alike, so that hard ones are not lost.</para>
/// <para>Li et al., Selective-Supervised Contrastive Learning with Noisy Labels, CVPR 2022, arXiv 2203.04181
/// (ShikunLi/Sel-CL).</para>
/// </remarks>
public sealed record NeighbourSelection
{
    private const double Least = 0.01;
    private const int RowsAtATime = 1_000;

    /// <summary>The number k of neighbours that vote.</summary>
    /// <value>250, for 50,000 images of 10 or 100 classes; take fewer than a class has.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int Neighbours { get; init => field = Option.Positive(value); } = 250;

    /// <summary>t, which sharpens the votes.</summary>
    /// <value>0.1.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public double Temperature { get; init => field = Option.Positive(value); } = 0.1;

    /// <summary>The quantile over the classes that says how many of each are selected.</summary>
    /// <value>0.5; Sel-CL has 0.75 for symmetric and 0.25 for asymmetric noise on CIFAR-100.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double Quantile { get; init => field = Option.Fraction(value); } = 0.5;

    /// <summary>Selects the images whose label their neighbours confirm.</summary>
    /// <param name="features">Float [N, F], a row for each image.</param>
    /// <param name="labels">int64 [N], the labels as they are given.</param>
    /// <param name="classes">C, the number of classes.</param>
    /// <returns>What is selected and why; tensors owned by the current dispose scope.</returns>
    /// <exception cref="ArgumentException">Features and labels do not fit each other, a label is outside the classes, a
    /// feature is not finite, or there are not more images than neighbours.</exception>
    public NeighbourLabels Select(Tensor features, Tensor labels, int classes)
    {
        Checks.Features(features);
        var numbers = Checks.Labels(labels, features.shape[0], classes);
        if (features.shape[0] <= Neighbours)
            throw new ArgumentException(
                $"{features.shape[0]} images have no {Neighbours} neighbours each; give more images or fewer "
                + "Neighbours",
                nameof(features));
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        labels = labels.to_type(ScalarType.Int64);
        var given = nn.functional.one_hot(labels, classes).to_type(ScalarType.Float64);
        var (nearest, votes) = Near(features.detach());
        var corrected =
            nn.functional.one_hot(Vote(nearest, votes, given).argmax(1), classes).to_type(ScalarType.Float64);
        var scores = Vote(nearest, votes, corrected);
        var q = scores / scores.sum(1, keepdim: true);
        using Scalar least = Least.ToScalar(), most = (1 - Least).ToScalar();
        var loss = q.At(labels).clamp(least, most).log().neg();
        var selected =
            Choose(loss.cpu().data<double>().ToArray(), q.argmax(1).eq(labels).cpu().data<bool>().ToArray(), numbers,
                classes);
        return new NeighbourLabels(selected, q.MoveToOuterDisposeScope(), loss.MoveToOuterDisposeScope());
    }

    private bool[] Choose(double[] loss, bool[] agrees, long[] labels, int classes)
    {
        var members = Enumerable.Range(0, labels.Length).ToLookup(i => labels[i]);
        var confirmed =
            Enumerable.Range(0, classes).Select(c => (double)members[c].Count(i => agrees[i])).Order().ToArray();
        var place = Quantile * (classes - 1);
        var below = (int)place;
        var share = confirmed[below]
            + (place - below) * (confirmed[Math.Min(below + 1, classes - 1)] - confirmed[below]);
        var selected = new bool[labels.Length];
        for (var c = 0; c < classes; c++)
        {
            foreach (var i in members[c].OrderBy(i => loss[i]).Take((int)share)) selected[i] = true;
        }
        return selected;
    }

    /// <summary>int64 [N, k] and float64 [N, k]: each image's neighbours and the weight of their votes.</summary>
    private (Tensor Nearest, Tensor Votes) Near(Tensor features)
    {
        var unit = nn.functional.normalize(features.to_type(ScalarType.Float32), dim: 1);
        List<Tensor> nearest = [], votes = [];
        for (var start = 0L; start < unit.shape[0]; start += RowsAtATime)
        {
            using var step = NewDisposeScope();
            var rows = unit.narrow(0, start, Math.Min(RowsAtATime, unit.shape[0] - start));
            var cosines = rows.matmul(unit.t());
            using Scalar never = (-2.0).ToScalar();
            cosines.diagonal(start).fill_(never);
            var (values, indexes) = cosines.topk(Neighbours, 1);
            nearest.Add(indexes.MoveToOuterDisposeScope());
            votes.Add(values.to_type(ScalarType.Float64).Times(1 / Temperature).exp().MoveToOuterDisposeScope());
        }
        return (cat(nearest), cat(votes));
    }

    /// <summary>[N, C]: the sum of the neighbours' labels, each times its vote.</summary>
    private static Tensor Vote(Tensor nearest, Tensor votes, Tensor labels)
    {
        var classes = labels.argmax(1).index_select(0, nearest.reshape(-1)).reshape(nearest.shape);
        return zeros(nearest.shape[0], labels.shape[1], ScalarType.Float64, labels.device).scatter_add_(1, classes,
            votes);
    }
}

/// <summary>What an image's neighbours say of its label.</summary>
/// <param name="Selected">Whether each label is trusted.</param>
/// <param name="Votes">Float64 [N, C]: q, the neighbours' distribution after correction.</param>
/// <param name="Loss">Float64 [N]: −log q of the label, within −log 0.99 … −log 0.01.</param>
public sealed record NeighbourLabels(IReadOnlyList<bool> Selected, Tensor Votes, Tensor Loss)
{
    /// <summary>The positions of the trusted labels, in order.</summary>
    public long[] Rows => [.. Enumerable.Range(0, Selected.Count).Where(i => Selected[i]).Select(i => (long)i)];
}
