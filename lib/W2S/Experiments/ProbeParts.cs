using static TorchSharp.torch;

namespace W2S.Experiments;

/// <summary>Positions of a split's three parts.</summary>
/// <param name="Teacher">Images with a true label, for the teacher.</param>
/// <param name="Student">Images that the teacher labels for the student.</param>
/// <param name="Test">Images to judge on.</param>
public sealed record ProbeParts(IReadOnlyList<int> Teacher, IReadOnlyList<int> Student, IReadOnlyList<int> Test)
{
    /// <summary>The rows of each part.</summary>
    /// <param name="rows">[N, …], a row for each image.</param>
    /// <returns>Copies, owned by the current dispose scope.</returns>
    public (Tensor Teacher, Tensor Student, Tensor Test) Of(Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return (Pick(rows, Teacher), Pick(rows, Student), Pick(rows, Test));
    }

    /// <summary>The labels of each part.</summary>
    /// <param name="labels">A label an image.</param>
    /// <returns>In the order of the positions.</returns>
    public (long[] Teacher, long[] Student, long[] Test) Of(IReadOnlyList<long> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return (Pick(Teacher), Pick(Student), Pick(Test));

        long[] Pick(IReadOnlyList<int> part) => [.. part.Select(position => labels[position])];
    }

    /// <summary>The rows of one part: a copy, owned by the current dispose scope.</summary>
    internal static Tensor Pick(Tensor rows, IReadOnlyList<int> part)
    {
        using var positions = tensor(part.Select(position => (long)position).ToArray(), device: rows.device);
        return rows.index_select(0, positions);
    }
}
