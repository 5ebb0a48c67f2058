using System.Globalization;

namespace W2S.Analysis;

/// <summary>AdaptConf's weight β in closed form, for charts and for checking the loss.</summary>
public static class AdaptiveConfidence
{
    /// <summary>β from the student's probabilities alone.</summary>
    /// <remarks>
    /// β = exp(c_self/T) / (exp(c_self/T) + exp(c_t/T)) = p_w^(1/T) / (p_w^(1/T) + p_max^(1/T)), because exp(CE) = 1/p
    /// (Guo et al., arXiv 2402.03749, equation 2, with the temperature of its ablation). So β ≤ ½, and ½ exactly where
    /// both agree.
    /// </remarks>
    /// <param name="largest">p_max, the student's largest probability, above 0 and at most 1.</param>
    /// <param name="teacherClass">p_w, the student's probability of the teacher's class, 0 … p_max.</param>
    /// <param name="temperature">T, above 0.</param>
    /// <returns>0 … ½.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public static double Beta(double largest, double teacherClass, double temperature)
    {
        Check(largest is > 0 and <= 1, nameof(largest), largest, "outside 0 to 1; give a probability above 0");
        Check(teacherClass >= 0 && teacherClass <= largest, nameof(teacherClass), teacherClass,
            "outside 0 to the largest probability");
        Check(temperature > 0 && double.IsFinite(temperature), nameof(temperature), temperature,
            "not positive; give a number above 0");
        return 1 / (1 + Math.Pow(largest / teacherClass, 1 / temperature));

        static void Check(bool good, string name, double value, string what)
        {
            if (!good) throw new ArgumentOutOfRangeException(name, value,
                string.Create(CultureInfo.InvariantCulture, $"{name} {value} is {what}"));
        }
    }
}
