using System.Globalization;
using System.Reflection;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Losses.NoisyLabels;
using W2S.Losses.WeakToStrong;
using W2S.Selection;

namespace W2S.Tests.Losses;

/// <summary>Every loss of the library with its defaults, and its forms that have a name of their own: what tests of
/// all losses go through.</summary>
public sealed class EveryLoss
{
    /// <summary>The losses, in the order of the types' names.</summary>
    public static IReadOnlyList<Loss> All { get; } =
    [
        new AdaptConf(), AdaptConf.Paper, new AdaptConf { Rule = BetaRule.Fixed },
        new AdaptConf { Rule = BetaRule.Swapped }, new AdaptConf { Rule = BetaRule.Gated },
        new AdaptConf { Rule = BetaRule.Oracle }, new AugConf(), new BinaryKd(), new Bootstrapping(),
        new Bootstrapping(Hard: true), Bootstrapping.LabelCorrection, new CrossEntropy(),
        new CrossEntropy { Smoothing = 0.1 }, new Dkd(), new EarlyStoppedKd(), new Evidential(), new FitNet(),
        new GeneralisedCrossEntropy(), new Kd(), new LabelsAndTeacher(Bootstrapping.LabelCorrection, new AdaptConf()),
        new LogConfidence(), new LogConfidence { SelfLabel = SelfLabel.Argmax },
        new LogConfidence { SelfLabel = SelfLabel.Threshold }, new ProductLoss(), new ReverseKl(), new Rkd(),
        new Selective(new LabelSelection(Confidence.MaxProbability) { Share = 0.5 }, new WeakCrossEntropy()),
        new SmallLoss(), new SmallLoss { JudgedByTeacher = true },
        new TrustedLabels(new LabelSelection(Confidence.StudentLikelihood) { Threshold = 0.1 }), new VirtualTeacher(),
        new WeakCrossEntropy(), new WeakCrossEntropy(Hard: true),
    ];

    /// <summary>A loss's type and its options, for instance <c>Kd (Temperature = 1, LabelWeight = 1)</c>: stored
    /// numbers have this name.</summary>
    public static string Describe(Loss loss)
    {
        var options = loss.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(x => x.SetMethod is not null).OrderBy(x => x.DeclaringType == typeof(DistillationLoss))
            .Select(x => $"{x.Name} = {Show(x.GetValue(loss))}").ToArray();
        return options.Length == 0 ? loss.GetType().Name : $"{loss.GetType().Name} ({string.Join(", ", options)})";

        static string Show(object? value) => value switch
        {
            Loss inner => inner.Name,
            double number => number.ToString("0.####", CultureInfo.InvariantCulture),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };
    }

    [Fact]
    public void IsHereOnce()
    {
        var listed = All.Select(loss => loss.GetType()).ToHashSet();
        var all = typeof(Loss).Assembly.GetTypes().Where(x => x.IsSubclassOf(typeof(Loss)) && !x.IsAbstract);
        Assert.DoesNotContain(all, x => !listed.Contains(x));
        Assert.Equal(All.Count, All.Distinct().Count());
        Assert.All(All, loss => Assert.NotEmpty(loss.Name));
    }
}
