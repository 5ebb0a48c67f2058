namespace W2S.Charts;

/// <summary>What an axis shows: the name, the unit and how the library's values become it.</summary>
/// <param name="Name">For instance <c>test accuracy</c>.</param>
/// <param name="Unit">For instance <c>%</c>; empty for a pure number.</param>
/// <param name="Factor">What the value is multiplied by to be shown in the unit.</param>
public sealed record Measure(string Name, string Unit = "", double Factor = 1)
{
    /// <summary>An accuracy 0 … 1, shown in percent.</summary>
    public static Measure Accuracy { get; } = new("accuracy", "%", 100);

    /// <summary>A difference of accuracies, shown in percentage points.</summary>
    public static Measure Gain { get; } = new("gain", "percentage points", 100);

    /// <summary>A loss in nats.</summary>
    public static Measure Loss { get; } = new("loss", "nats");

    /// <summary>AdaptConf's weight of the student's own label.</summary>
    public static Measure Beta { get; } = new("β, weight of the student’s own label");

    /// <summary>The same unit under another name.</summary>
    /// <param name="name">The new name, for instance <c>validation accuracy</c>.</param>
    /// <returns>A new measure.</returns>
    public Measure Named(string name) => this with { Name = name };

    /// <summary>The axis title: name, comma, unit.</summary>
    public string Title => Unit.Length == 0 ? Name : $"{Name}, {Unit}";
}
