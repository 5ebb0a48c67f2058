using System.Net;
using System.Text.Json.Nodes;

namespace W2S.Kernel.Engine.Widgets;

/// <summary>A line of text that the reader writes.</summary>
/// <param name="value">The text at first.</param>
/// <exception cref="ArgumentNullException">The text is null.</exception>
/// <exception cref="InvalidOperationException">No cell is running.</exception>
public sealed class Text(string value = "") : ValueWidget<string>(
    "Text", value, JsonValue.Create(value ?? throw new ArgumentNullException(nameof(value))))
{
    /// <summary>What stands in the field while it is empty.</summary>
    /// <value>Nothing.</value>
    public string Placeholder
    {
        get => Get("placeholder", "");
        set => Set("placeholder", value);
    }

    /// <inheritdoc/>
    protected override string Control => $"""<input type="text" value="{WebUtility.HtmlEncode(Value)}" disabled>""";

    /// <inheritdoc/>
    protected override void Check(string value) => ArgumentNullException.ThrowIfNull(value);
}
