using System.Text.Json.Nodes;

namespace W2S.Kernel.Engine.Widgets;

/// <summary>A box that the reader ticks.</summary>
/// <param name="value">Whether it is ticked at first.</param>
/// <exception cref="InvalidOperationException">No cell is running.</exception>
public sealed class Checkbox(bool value = false) : ValueWidget<bool>("Checkbox", value, JsonValue.Create(value))
{
    /// <inheritdoc/>
    protected override string Control => $"""<input type="checkbox"{(Value ? " checked" : "")} disabled>""";
}
