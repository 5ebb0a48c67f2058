using System.Runtime.InteropServices;
using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses;

/// <summary>What supervises a set of samples, laid out for <see cref="LogitSample"/>: classes as numbers, distributions
/// as rows padded to whole vectors.</summary>
/// <remarks>Whoever makes one has checked that labels are classes. A teacher's softmax is computed once for each
/// temperature asked for, in float64, and kept as float32.</remarks>
internal sealed unsafe class LogitTargets : IDisposable
{
    private readonly List<(double Temperature, Rows Rows)> teachers = [];
    private readonly Tensor? teacherLogits;

    /// <param name="classes">C.</param>
    /// <param name="labels">int64 [N], or a distribution [N, C], or null.</param>
    /// <param name="teacher">Logits [N, C], on the CPU, or null.</param>
    /// <param name="truth">int64 [N], or null.</param>
    public LogitTargets(int classes, Tensor? labels, Tensor? teacher, Tensor? truth)
    {
        (Classes, Padded, teacherLogits) = (classes, (classes + 7) / 8 * 8, teacher?.detach().DetachFromDisposeScope());
        using var scope = NewDisposeScope();
        if (labels is { } given)
        {
            if (given.dim() == 2) SoftLabels = new Rows(given, null, Padded);
            Labels = given.dim() == 2 ? Numbers(given.argmax(1)) : Numbers(given);
        }
        if (teacher is { } logits) TeacherTops = Numbers(logits.argmax(1));
        if (truth is { } known) Truth = Numbers(known);
    }

    public int Classes { get; }

    /// <summary>C rounded up to whole vectors of eight.</summary>
    public int Padded { get; }

    public int[]? Labels { get; }

    public Rows? SoftLabels { get; }

    public int[]? TeacherTops { get; }

    public int[]? Truth { get; }

    /// <summary>The teacher's distributions at a temperature.</summary>
    public Rows Teacher(double temperature)
    {
        foreach (var (known, rows) in teachers)
            if (known == temperature)
                return rows;
        if (teacherLogits is null)
            throw new InvalidOperationException("the loss asks for a teacher and there is none; give TeacherLogits");
        using var scope = NewDisposeScope();
        var logits = new Logits(teacherLogits);
        var made = new Rows(logits.Probabilities(temperature), logits.Entropy(temperature), Padded);
        teachers.Add((temperature, made));
        return made;
    }

    public void Dispose()
    {
        teacherLogits?.Dispose();
        SoftLabels?.Dispose();
        foreach (var (_, rows) in teachers) rows.Dispose();
    }

    private static int[] Numbers(Tensor classes) =>
        [.. classes.cpu().to_type(ScalarType.Int64).contiguous().data<long>().Select(number => checked((int)number))];

    /// <summary>Distributions, one a sample.</summary>
    internal sealed class Rows : IDisposable
    {
        private readonly AlignedFloats values;
        private readonly float[] sums;
        private readonly double[]? entropies;
        private readonly int padded;

        /// <param name="distributions">[N, C].</param>
        /// <param name="entropies">[N] of a loss that wants them, else null.</param>
        /// <param name="padded">C rounded up.</param>
        public Rows(Tensor distributions, Tensor? entropies, int padded)
        {
            this.padded = padded;
            using var scope = NewDisposeScope();
            var wide = nn.functional.pad(distributions.detach().cpu().to_type(ScalarType.Float32),
                [0, padded - distributions.shape[1]]).contiguous();
            values = new AlignedFloats(wide.numel());
            MemoryMarshal.Cast<byte, float>(wide.bytes)
                .CopyTo(new Span<float>(values.Start, checked((int)wide.numel())));
            sums = [.. wide.sum(1).data<float>()];
            this.entropies = entropies is null ? null
                : [.. entropies.cpu().to_type(ScalarType.Float64).contiguous().data<double>()];
        }

        public float* Row(int row) => values.Start + (long)row * padded;

        public float Sum(int row) => sums[row];

        public double Entropy(int row) => entropies![row];

        public void Dispose() => values.Dispose();
    }
}
