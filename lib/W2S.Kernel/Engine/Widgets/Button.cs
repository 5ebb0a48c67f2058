using System.Net;
using System.Text.Json.Nodes;

namespace W2S.Kernel.Engine.Widgets;

/// <summary>A button that the reader clicks.</summary>
public sealed class Button : Widget
{
    /// <summary>Makes a button, which is not shown yet.</summary>
    /// <param name="description">What stands on it.</param>
    /// <exception cref="InvalidOperationException">No cell is running.</exception>
    public Button(string description)
        : base("Button") => Description = description;

    /// <summary>Happens at each click.</summary>
    public event Action? Clicked;

    /// <inheritdoc/>
    protected override string Html => $"""<button disabled>{WebUtility.HtmlEncode(Description)}</button>""";

    /// <summary>Does what a click does.</summary>
    public void Click() => Clicked?.Invoke();

    /// <inheritdoc/>
    public override string ToString() => $"[{Description}]";

    /// <inheritdoc/>
    protected override void Take(JsonObject content)
    {
        if (content["event"] is JsonValue value && value.TryGetValue<string>(out var what) && what == "click") Click();
    }
}
