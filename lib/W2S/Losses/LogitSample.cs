using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace W2S.Losses;

/// <summary>One sample of a batch as a loss in closed form sees it: the student's logits, what supervises them, and the
/// gradient that the loss states.</summary>
/// <remarks>
/// <para>Most losses are sums of cross entropies to fixed targets, and the gradient of CE(z/τ, t) in z is (p^τ − t)/τ:
/// the methods <see cref="ToLabel"/>, <see cref="ToClass"/> and <see cref="ToTeacher"/> add such a term and its
/// gradient. Whatever else a loss has, it writes with <see cref="Probabilities"/>, <see cref="Add"/> and
/// <see cref="AddGradient"/>. Values are those of one sample; weights of samples and the mean over the batch are
/// applied by the caller.</para>
/// <para>Arithmetic is float32, sums over the batch are float64. An instance is used for one sample after another and
/// by one thread; a loss keeps none of it.</para>
/// </remarks>
public sealed unsafe class LogitSample : IDisposable
{
    // Padding classes: so improbable that nothing ever reaches them, and finite, so that 0 times it is 0.
    internal const float Never = -1e30f;

    private readonly LogitTargets targets;
    private readonly AlignedFloats scratch;
    private readonly float* gradient;
    private readonly List<Soft> softened = [];
    private readonly string[] names, watched;
    private readonly double[] sums, watchedSums;
    private readonly int padded;
    private float* logits;
    private float largest;
    private int row, used;
    private double labelShare, teacherShare, share;

    internal LogitSample(LogitTargets targets, IReadOnlyList<string> parts, IReadOnlyList<string> diagnostics)
    {
        this.targets = targets;
        (padded, Classes) = (targets.Padded, targets.Classes);
        scratch = new AlignedFloats(padded);
        gradient = scratch.Start;
        (names, watched) = ([.. parts], [.. diagnostics]);
        (sums, watchedSums) = (new double[names.Length], new double[watched.Length]);
    }

    /// <summary>C.</summary>
    public int Classes { get; }

    /// <summary>The student's logit of a class.</summary>
    /// <param name="class">0 … C − 1.</param>
    public float this[int @class] => logits[@class];

    /// <summary>The student's most likely class; the first of equals.</summary>
    public int Top { get; private set; }

    /// <summary>Whether there is a label.</summary>
    public bool HasLabel => targets.Labels is not null;

    /// <summary>The label, or the most likely class of a soft one.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public int Label => (targets.Labels ?? throw Missing("a label", nameof(LossBatch.Labels)))[row];

    /// <summary>Whether there is a teacher.</summary>
    public bool HasTeacher => targets.TeacherTops is not null;

    /// <summary>The teacher's most likely class.</summary>
    /// <exception cref="InvalidOperationException">There is no teacher.</exception>
    public int TeacherTop => (targets.TeacherTops ?? throw Missing("a teacher", nameof(LossBatch.TeacherLogits)))[row];

    /// <summary>The true class: of <see cref="LossBatch.TrueLabels"/>, or the label where there are none.</summary>
    /// <exception cref="InvalidOperationException">There is neither.</exception>
    public int Truth =>
        (targets.Truth ?? targets.Labels ?? throw Missing("the truth", nameof(LossBatch.TrueLabels)))[row];

    /// <summary>Epochs finished, from 0, fractions allowed.</summary>
    public double Epoch { get; internal set; }

    /// <summary>How many epochs the run has in all.</summary>
    public double Epochs { get; internal set; } = 1;

    /// <inheritdoc cref="LossBatch.Ramp(double)"/>
    public double Ramp(double fraction) => LossBatch.Ramp(Epoch, Epochs, fraction);

    /// <summary>softmax(z/τ).</summary>
    /// <param name="temperature">τ, above 0.</param>
    /// <returns>C probabilities, valid until the next sample.</returns>
    public ReadOnlySpan<float> Probabilities(double temperature = 1) => new(At(temperature).Values, Classes);

    /// <summary>The teacher's softmax(z/τ).</summary>
    /// <param name="temperature">τ, above 0.</param>
    /// <returns>C probabilities.</returns>
    /// <exception cref="InvalidOperationException">There is no teacher.</exception>
    public ReadOnlySpan<float> TeacherProbabilities(double temperature = 1) =>
        new(targets.Teacher(temperature).Row(row), Classes);

    /// <summary>−log softmax(z)_k.</summary>
    /// <param name="class">k.</param>
    /// <returns>The cross entropy.</returns>
    public double CrossEntropy(int @class) => At(1).LogSum - logits[@class];

    /// <summary>Adds weight · CE(z, y'), y' = (1−ε)·y + ε/C, of the label, hard or soft.</summary>
    /// <param name="part">The part's name, as <see cref="LossParts"/> has it.</param>
    /// <param name="weight">Its weight.</param>
    /// <param name="smoothing">ε.</param>
    /// <exception cref="InvalidOperationException">There is no label.</exception>
    public void ToLabel(string part, double weight = 1, double smoothing = 0)
    {
        if (targets.SoftLabels is { } soft)
            ToDistribution(part, weight * (1 - smoothing), soft.Row(row), soft.Sum(row), 1, 0);
        else
            ToClass(part, weight * (1 - smoothing), Label);
        if (smoothing == 0) return;
        var even = 0.0;
        for (var c = 0; c < Classes; c++) even += logits[c];
        var scale = (float)(weight * smoothing * share);
        for (var c = 0; c < Classes; c++) gradient[c] -= scale / Classes;
        var all = At(1);
        all.Coefficient += scale;
        Add(part, weight * smoothing * (all.LogSum - even / Classes));
    }

    /// <summary>Adds weight · CE(z, k).</summary>
    /// <param name="part">The part's name.</param>
    /// <param name="weight">Its weight, held fixed in the gradient.</param>
    /// <param name="class">k, held fixed in the gradient.</param>
    public void ToClass(string part, double weight, int @class)
    {
        if (weight == 0) return;
        var scale = (float)(weight * share);
        var all = At(1);
        all.Coefficient += scale;
        gradient[@class] -= scale;
        Add(part, weight * (all.LogSum - logits[@class]));
    }

    /// <summary>Adds weight · τ²·KL(q^τ‖p^τ), or weight · τ²·CE(z/τ, q^τ), whose gradients are the same.</summary>
    /// <param name="part">The part's name.</param>
    /// <param name="weight">Its weight, held fixed in the gradient.</param>
    /// <param name="temperature">τ.</param>
    /// <param name="form">Divergence or cross entropy.</param>
    /// <exception cref="InvalidOperationException">There is no teacher.</exception>
    public void ToTeacher(
        string part, double weight = 1, double temperature = 1, WeakTerm form = WeakTerm.Divergence)
    {
        var teacher = targets.Teacher(temperature);
        ToDistribution(part, weight, teacher.Row(row), 1, temperature,
            form == WeakTerm.Divergence ? teacher.Entropy(row) : 0);
    }

    /// <summary>Adds to the value of a part; its gradient is for <see cref="AddGradient"/>.</summary>
    /// <param name="part">The part's name.</param>
    /// <param name="value">The sample's value.</param>
    public void Add(string part, double value) => sums[Find(names, part)] += value * share;

    /// <summary>Adds to the gradient in one logit.</summary>
    /// <param name="class">The logit's class.</param>
    /// <param name="value">The derivative of the sample's loss in it.</param>
    public void AddGradient(int @class, double value) => gradient[@class] += (float)(value * share);

    /// <summary>Shows a quantity that is worth watching, for instance <c>beta</c>.</summary>
    /// <param name="name">Its name, as <see cref="LossParts.Diagnostics"/> has it.</param>
    /// <param name="value">Its value for this sample.</param>
    public void Watch(string name, double value) => watchedSums[Find(watched, name)] += value;

    /// <summary>Whose weights what follows is counted by, times a weight of the whole term.</summary>
    internal void CountAsLabels(double weight) => share = labelShare * weight;

    /// <inheritdoc cref="CountAsLabels"/>
    internal void CountAsTeachers(double weight) => share = teacherShare * weight;

    /// <inheritdoc/>
    public void Dispose()
    {
        scratch.Dispose();
        foreach (var soft in softened) soft.Dispose();
    }

    internal ReadOnlySpan<string> Parts => names;

    internal ReadOnlySpan<double> Sums => sums;

    internal ReadOnlySpan<string> Watched => watched;

    internal ReadOnlySpan<double> WatchedSums => watchedSums;

    internal void StartBatch()
    {
        Array.Clear(sums);
        Array.Clear(watchedSums);
    }

    /// <summary>Moves on to a sample: its logits, padded, its row among the targets, and its share of either
    /// mean.</summary>
    internal void Start(float* logits, int row, double labelShare, double teacherShare)
    {
        this.logits = logits;
        (this.row, this.labelShare, this.teacherShare, share, used) = (row, labelShare, teacherShare, labelShare, 0);
        var top = Vector256.Load(logits);
        for (var c = 8; c < padded; c += 8) top = Vector256.Max(top, Vector256.Load(logits + c));
        largest = logits[0];
        for (var i = 0; i < 8; i++) largest = Math.Max(largest, top.GetElement(i));
        var wanted = Vector256.Create(largest);
        Top = 0; // stays where logits are not numbers
        for (var c = 0; c < padded; c += 8)
        {
            var hits = Vector256.Equals(Vector256.Load(logits + c), wanted).ExtractMostSignificantBits();
            if (hits == 0) continue;
            Top = c + System.Numerics.BitOperations.TrailingZeroCount(hits);
            break;
        }
        for (var c = 0; c < padded; c += 8) Vector256<float>.Zero.Store(gradient + c);
    }

    /// <summary>Writes the gradient of the sample's share in the batch's loss, padded with zeros.</summary>
    internal void Finish(float* to)
    {
        for (var i = 0; i < used; i++)
        {
            var soft = softened[i];
            var scale = Vector256.Create(soft.Coefficient);
            for (var c = 0; c < padded; c += 8)
                Vector256.FusedMultiplyAdd(scale, Vector256.Load(soft.Values + c), Vector256.Load(gradient + c))
                    .Store(gradient + c);
        }
        for (var c = 0; c < padded; c += 8) Vector256.Load(gradient + c).Store(to + c);
    }

    private void ToDistribution(string part, double weight, float* target, float mass, double temperature,
        double entropy)
    {
        if (weight == 0) return;
        var soft = At(temperature);
        var scale = (float)(weight * temperature * share);
        soft.Coefficient += scale * mass;
        var minus = Vector256.Create(-scale);
        var product = Vector256<float>.Zero;
        for (var c = 0; c < padded; c += 8)
        {
            var t = Vector256.Load(target + c);
            product = Vector256.FusedMultiplyAdd(t, Vector256.Load(logits + c), product);
            Vector256.FusedMultiplyAdd(minus, t, Vector256.Load(gradient + c)).Store(gradient + c);
        }
        var crossEntropy = mass * soft.LogSum - Vector256.Sum(product) / temperature;
        Add(part, weight * temperature * temperature * (crossEntropy - entropy));
    }

    // Optimised when it is first compiled: until the runtime finds a method worth it, each step of an exponential is a
    // call, and a process would lose seconds here.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Soft At(double temperature)
    {
        for (var i = 0; i < used; i++)
            if (softened[i].Temperature == temperature)
                return softened[i];
        if (used == softened.Count) softened.Add(new Soft(padded));
        var soft = softened[used++];
        soft.Temperature = temperature;
        soft.Coefficient = 0;
        Vector256<float> sharpness = Vector256.Create((float)(1 / temperature)), top = Vector256.Create(largest);
        var sum = Vector256<float>.Zero;
        for (var c = 0; c < padded; c += 8)
        {
            var power = Vector256.Exp((Vector256.Load(logits + c) - top) * sharpness);
            sum += power;
            power.Store(soft.Values + c);
        }
        var total = Vector256.Sum(sum);
        soft.LogSum = largest / temperature + Math.Log(total);
        var one = Vector256.Create(1 / total);
        for (var c = 0; c < padded; c += 8) (Vector256.Load(soft.Values + c) * one).Store(soft.Values + c);
        return soft;
    }

    private static int Find(string[] names, string name)
    {
        for (var i = 0; i < names.Length; i++)
            if (names[i] == name)
                return i;
        throw new ArgumentException(
            $"the loss in closed form names '{name}', which its Compute does not; it has {string.Join(", ", names)}");
    }

    private static InvalidOperationException Missing(string what, string cure) =>
        new($"the loss asks for {what} and there is none; give {cure}");

    // softmax(z/τ), the logarithm of its sum of powers, and how much of it the gradient has.
    private sealed class Soft(int length) : IDisposable
    {
        private readonly AlignedFloats values = new(length);

        public float* Values => values.Start;

        public double Temperature { get; set; }

        public double LogSum { get; set; }

        public float Coefficient { get; set; }

        public void Dispose() => values.Dispose();
    }
}
