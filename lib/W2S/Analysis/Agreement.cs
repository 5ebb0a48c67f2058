using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Analysis;

/// <summary>How often student and teacher name the same class, split by whether the teacher is right.</summary>
/// <remarks>High agreement where the teacher is wrong is imitation of its errors: Burns et al., arXiv 2312.09390,
/// section 5.1.</remarks>
/// <param name="All">Over all samples, 0 … 1.</param>
/// <param name="TeacherRight">Over samples the teacher has right; NaN where there is none. It is also the student's
/// accuracy there.</param>
/// <param name="TeacherWrong">Over samples the teacher has wrong; NaN where there is none.</param>
/// <param name="Cells">The four cells of being right.</param>
public sealed record Agreement(double All, double TeacherRight, double TeacherWrong, CorrectnessCells Cells)
{
    /// <summary>Compares two models on labelled samples.</summary>
    /// <param name="student">The student's logits, [N, C].</param>
    /// <param name="teacher">The teacher's logits, [N, C].</param>
    /// <param name="labels">int64 [N].</param>
    /// <returns>The agreement.</returns>
    /// <exception cref="ArgumentException">Shapes, types or labels do not fit.</exception>
    public static Agreement Of(Tensor student, Tensor teacher, Tensor labels)
    {
        Checks.SameSize(student, teacher, nameof(student), nameof(teacher));
        var same = Predictions.Classes(student, nameof(student)).Zip(Predictions.Classes(teacher, nameof(teacher)),
            (a, b) => a == b).ToArray();
        var right = Accuracy.Correct(teacher, labels);
        return new Agreement(Share(_ => true), Share(i => right[i]), Share(i => !right[i]),
            CorrectnessCells.Of(student, teacher, labels));

        double Share(Func<int, bool> counts)
        {
            var chosen = Enumerable.Range(0, same.Length).Where(counts).ToArray();
            return chosen.Length == 0 ? double.NaN : chosen.Average(i => same[i] ? 1.0 : 0.0);
        }
    }
}
