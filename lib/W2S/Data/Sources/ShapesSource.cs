using W2S.Data.Shapes;

namespace W2S.Data.Sources;

/// <summary>Pictures that the library draws, the same on every machine.</summary>
/// <param name="Options">What is drawn.</param>
/// <param name="Seed">Decides the pictures.</param>
public sealed record ShapesSource(ShapesOptions Options, long Seed) : DataSource
{
    /// <inheritdoc/>
    public override string Title => Options.Labels == ShapeLabels.FormAndColor ? "shapes"
        : $"shapes, {Options.Classes} {(Options.Labels == ShapeLabels.Form ? "forms" : "colours")}";

    /// <summary>The form, where classes are forms and colours.</summary>
    public override IReadOnlyList<int>? ClassGroups => Options.Labels == ShapeLabels.FormAndColor
        ? [.. Enumerable.Range(0, Options.Classes).Select(one => one / Options.Colors)] : null;

    /// <inheritdoc/>
    public override ImageSet Read() => ShapeImages.Create(Options, Seed);
}
