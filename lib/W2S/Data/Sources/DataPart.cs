using static TorchSharp.torch;

namespace W2S.Data.Sources;

/// <summary>One part of a set.</summary>
/// <param name="Positions">Where its images stand in the set that they come from.</param>
/// <param name="Truth">The true label of each.</param>
public sealed record DataPart(IReadOnlyList<int> Positions, IReadOnlyList<long> Truth) : IDisposable
{
    private ImageSet? images;

    /// <summary>The label of each that whoever learns from it is given.</summary>
    /// <value>The true one.</value>
    public IReadOnlyList<long> Given { get; init; } = Truth;

    /// <summary>How many images.</summary>
    public int Count => Positions.Count;

    /// <summary>Whether each given label is right.</summary>
    public bool[] Right => [.. Truth.Zip(Given, (truth, given) => truth == given)];

    /// <summary>The images under their given labels; they belong to the part.</summary>
    /// <exception cref="InvalidOperationException">The part has none, or was dealt without reading them.</exception>
    public ImageSet Images => images ?? throw new InvalidOperationException(Count == 0
        ? "this part is empty; give it a size in the plan" : "this part was dealt without images; open the plan");

    /// <summary>Its rows of a tensor that has one for each image of the set.</summary>
    /// <param name="all">[N, …].</param>
    /// <returns>A copy, [<see cref="Count"/>, …], owned by the current dispose scope.</returns>
    public Tensor Rows(Tensor all)
    {
        ArgumentNullException.ThrowIfNull(all);
        using var positions = tensor([.. Positions.Select(position => (long)position)], device: all.device);
        return all.index_select(0, positions);
    }

    /// <summary>Disposes its images.</summary>
    public void Dispose() => images?.Dispose();

    internal static DataPart Of(IReadOnlyList<int> positions, IReadOnlyList<long> labels) =>
        new(positions, [.. positions.Select(position => labels[position])]);

    internal DataPart From(ImageSet set)
    {
        if (Count == 0) return this;
        var own = set.Subset(Positions);
        if (Truth.SequenceEqual(Given)) return this with { images = own };
        using (own) return this with { images = own.WithLabels(Given) };
    }
}
