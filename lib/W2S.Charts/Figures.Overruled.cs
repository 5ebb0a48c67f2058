using TorchSharp;
using W2S.Analysis;
using W2S.Data;
using static TorchSharp.torch;

namespace W2S.Charts;

public static partial class Figures
{
    /// <summary>Images on which the student overruled its teacher, the surest first.</summary>
    /// <param name="set">The images and their true labels.</param>
    /// <param name="student">The student's logits, [N, C].</param>
    /// <param name="teacher">The teacher's logits, [N, C].</param>
    /// <param name="rightly">Whether to show those on which the student is right and its teacher wrong, or those where
    /// it is the other way round.</param>
    /// <returns>At most eight images with truth, teacher's and student's answer; null where there is none.</returns>
    /// <exception cref="ArgumentException">The logits do not fit the set.</exception>
    public static ImageGrid? Overruled(ImageSet set, Tensor student, Tensor teacher, bool rightly)
    {
        ArgumentNullException.ThrowIfNull(set);
        using var scope = NewDisposeScope();
        var labels = tensor(set.Labels.ToArray());
        var cells = Analysis.CorrectnessCells.PerSample(student, teacher, labels);
        var confidence = Scores.Confidence(student);
        var (named, taught) = (Predictions.Classes(student), Predictions.Classes(teacher));
        var wanted = rightly ? CorrectnessCell.OnlyStudentRight : CorrectnessCell.OnlyTeacherRight;
        int[] chosen = [.. Enumerable.Range(0, cells.Length).Where(i => cells[i] == wanted)
            .OrderByDescending(i => confidence[i]).Take(8)];
        return chosen.Length == 0 ? null
            : ImageGrid.Of(set, chosen, [.. chosen.Select(Label)], columns: 4, tileSize: 150);

        string Label(int i) =>
            $"{Name(set.Labels[i])}\nteacher: {Name(taught[i])}\nstudent: {Name(named[i])} "
            + FormattableString.Invariant($"({100 * confidence[i]:0} %)");

        string Name(long label) => set.ClassNames[(int)label];
    }
}
