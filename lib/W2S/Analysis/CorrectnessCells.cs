using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Analysis;

/// <summary>Who is right on a sample.</summary>
public enum CorrectnessCell
{
    /// <summary>Teacher and student are right.</summary>
    BothRight,

    /// <summary>Only the student is right: it overruled its teacher rightly.</summary>
    OnlyStudentRight,

    /// <summary>Only the teacher is right: the student lost what its teacher knew.</summary>
    OnlyTeacherRight,

    /// <summary>Neither is right.</summary>
    BothWrong,
}

/// <summary>The four cells of teacher and student being right or wrong.</summary>
/// <param name="BothRight">How many samples both have right.</param>
/// <param name="OnlyStudentRight">How many only the student has right.</param>
/// <param name="OnlyTeacherRight">How many only the teacher has right.</param>
/// <param name="BothWrong">How many neither has right.</param>
public sealed record CorrectnessCells(int BothRight, int OnlyStudentRight, int OnlyTeacherRight, int BothWrong)
{
    /// <summary>All samples.</summary>
    public int Count => BothRight + OnlyStudentRight + OnlyTeacherRight + BothWrong;

    /// <summary>The student's accuracy minus the teacher's: what the two cells of disagreement in right and wrong
    /// leave.</summary>
    public double Gain => (double)(OnlyStudentRight - OnlyTeacherRight) / Count;

    /// <summary>Of the samples the teacher has wrong, the share that the student has right; NaN where it has none
    /// wrong.</summary>
    public double Corrected => (double)OnlyStudentRight / (OnlyStudentRight + BothWrong);

    /// <summary>Of the samples the teacher has right, the share that the student has wrong; NaN where it has none
    /// right.</summary>
    public double Lost => (double)OnlyTeacherRight / (OnlyTeacherRight + BothRight);

    /// <summary>The samples of a cell.</summary>
    /// <param name="cell">The cell.</param>
    /// <returns>Its count.</returns>
    public int this[CorrectnessCell cell] => cell switch
    {
        CorrectnessCell.BothRight => BothRight,
        CorrectnessCell.OnlyStudentRight => OnlyStudentRight,
        CorrectnessCell.OnlyTeacherRight => OnlyTeacherRight,
        _ => BothWrong,
    };

    /// <summary>Counts the cells of samples.</summary>
    /// <param name="cells">The cell of every sample.</param>
    /// <returns>The counts.</returns>
    /// <exception cref="ArgumentException">There is no sample, or a cell is none of the four.</exception>
    public static CorrectnessCells Of(IEnumerable<CorrectnessCell> cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        var counts = new int[4];
        foreach (var cell in cells)
        {
            if (!Enum.IsDefined(cell))
                throw new ArgumentException(
                    $"cell {(int)cell} is none of {string.Join(", ", Enum.GetNames<CorrectnessCell>())}; give one of "
                    + "them", nameof(cells));
            counts[(int)cell]++;
        }
        if (counts.Sum() == 0) throw new ArgumentException("cells is empty; give at least one sample", nameof(cells));
        return new CorrectnessCells(counts[0], counts[1], counts[2], counts[3]);
    }

    /// <summary>The cell of every sample.</summary>
    /// <param name="student">The student's logits, [N, C].</param>
    /// <param name="teacher">The teacher's logits, [N, C].</param>
    /// <param name="labels">int64 [N].</param>
    /// <returns>N cells.</returns>
    /// <exception cref="ArgumentException">Shapes, types or labels do not fit.</exception>
    internal static CorrectnessCell[] PerSample(Tensor student, Tensor teacher, Tensor labels)
    {
        Checks.SameSize(student, teacher, nameof(student), nameof(teacher));
        Checks.Logits(student, nameof(student));
        Checks.Logits(teacher, nameof(teacher));
        return PerSample(Accuracy.Correct(student, labels), Accuracy.Correct(teacher, labels));
    }

    internal static CorrectnessCell[] PerSample(IEnumerable<bool> student, IEnumerable<bool> teacher) =>
        [.. student.Zip(teacher, (s, t) => (s, t) switch
    {
        (true, true) => CorrectnessCell.BothRight,
        (true, false) => CorrectnessCell.OnlyStudentRight,
        (false, true) => CorrectnessCell.OnlyTeacherRight,
        _ => CorrectnessCell.BothWrong,
    })];
}
