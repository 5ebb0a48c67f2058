namespace W2S.Data.Shapes;

/// <summary>What the classes of <see cref="ShapeImages"/> ask for.</summary>
public enum ShapeLabels
{
    /// <summary>The form alone.</summary>
    Form,

    /// <summary>The colour alone.</summary>
    Color,

    /// <summary>Both: class = form · number of colours + colour.</summary>
    FormAndColor,
}

/// <summary>Settings of the embedded image set.</summary>
public sealed record ShapesOptions
{
    /// <summary>The number of images.</summary>
    /// <value>6000</value>
    public int Count { get; init; } = 6000;

    /// <summary>How many forms, of disc, triangle, cross, ring, star, square, crescent, bars, half disc and frame, in
    /// this order.</summary>
    /// <value>5</value>
    public int Forms { get; init; } = 5;

    /// <summary>How many colours, of red, green, blue, yellow, magenta, cyan, orange and violet, in this
    /// order.</summary>
    /// <value>4</value>
    public int Colors { get; init; } = 4;

    /// <summary>What the labels name. The images do not depend on it: one seed gives the same pictures under
    /// each.</summary>
    /// <value><see cref="ShapeLabels.FormAndColor"/></value>
    public ShapeLabels Labels { get; init; } = ShapeLabels.FormAndColor;

    /// <summary>
    /// 0: large upright forms of pure colour on a plain ground. 1: small, turned, faint, drifted in hue, on a gradient
    /// among pieces of other colours, partly covered, under strong pixel noise. Everything grows in proportion.
    /// </summary>
    /// <value>0.5</value>
    public double Difficulty { get; init; } = 0.5;

    /// <summary>The share of images whose label is replaced by one drawn from the other classes.</summary>
    /// <value>0</value>
    public double LabelNoise { get; init; }

    /// <summary>How many classes the labels have.</summary>
    public int Classes => Labels switch
    {
        ShapeLabels.Form => Forms,
        ShapeLabels.Color => Colors,
        _ => Forms * Colors,
    };
}
