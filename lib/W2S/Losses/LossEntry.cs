using System.Globalization;
using System.Reflection;

namespace W2S.Losses;

/// <summary>One row of the <see cref="LossCatalogue"/>, which a loss lists by
/// <see cref="Torch.ICatalogued{TEntry}"/>.</summary>
/// <param name="Loss">The loss with its defaults.</param>
/// <param name="Family">What it learns from: <c>labels</c>, <c>noisy labels</c>, <c>distillation</c>, <c>weak to
/// strong</c>, <c>control</c>.</param>
/// <param name="Formula">The formula in LaTeX, without dollar signs.</param>
/// <param name="Source">The paper or code it comes from.</param>
public sealed record LossEntry(Loss Loss, string Family, string Formula, string Source)
{
    /// <summary>The name that charts and tables show.</summary>
    public string Name => Loss.Name;

    /// <summary>The C# type.</summary>
    public string Type => Loss.GetType().Name;

    /// <summary>Option names and their values in this row, for instance <c>Temperature = 1, LabelWeight =
    /// 1</c>.</summary>
    public string Options => string.Join(", ", Loss.GetType()
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(x => x.SetMethod is not null)
        .OrderBy(x => x.DeclaringType == typeof(DistillationLoss))
        .Select(x => $"{x.Name} = {Show(x.GetValue(Loss))}"));

    private static string Show(object? value) => value switch
    {
        Loss loss => loss.Name,
        double number => number.ToString("0.####", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
