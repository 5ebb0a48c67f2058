using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace W2S.Kernel.Engine.Widgets;

/// <summary>A widget that holds a value, which the reader may change.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public abstract class ValueWidget<T> : Widget
{
    private readonly string trait;
    private T value;

    /// <summary>Makes a widget, which is not shown yet.</summary>
    /// <param name="name">The name of its class in the front end, without <c>Model</c>.</param>
    /// <param name="value">Its value.</param>
    /// <param name="state">The value as the front end knows it.</param>
    /// <param name="trait">The name of the value in the protocol.</param>
    /// <param name="view">The name of its view in the front end; null for the same with <c>View</c>.</param>
    /// <exception cref="InvalidOperationException">No cell is running.</exception>
    protected ValueWidget(string name, T value, JsonNode state, string trait = "value", string? view = null)
        : base(name, view)
    {
        this.trait = trait;
        this.value = value;
        Keep(trait, state);
    }

    /// <summary>Happens after each change of the value, by the reader or by code, with the new one.</summary>
    public event Action<T>? Changed;

    /// <summary>The value.</summary>
    /// <exception cref="ArgumentException">The widget cannot have it.</exception>
    public T Value
    {
        get => value;
        set
        {
            Check(value);
            if (Same(value)) return;
            this.value = value;
            Set(trait, ToState(value));
            Changed?.Invoke(value);
        }
    }

    /// <summary>True where the value follows the reader's every movement, false where it waits for the end of
    /// one.</summary>
    /// <value>True.</value>
    public bool ContinuousUpdate
    {
        get => Get("continuous_update", true);
        set => Set("continuous_update", value);
    }

    /// <inheritdoc/>
    protected override string Html => $"<label>{WebUtility.HtmlEncode(ToString())} {Control}</label>";

    /// <summary>The HTML of a control that shows the value and cannot be used.</summary>
    protected abstract string Control { get; }

    /// <inheritdoc/>
    public override string ToString() => Description.Length == 0 ? AsText(value) : $"{Description} = {AsText(value)}";

    /// <summary>Refuses a value that the widget cannot have.</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">It is one.</exception>
    protected virtual void Check(T value)
    {
    }

    /// <summary>A value as the front end knows it.</summary>
    /// <param name="value">The value.</param>
    protected virtual JsonNode ToState(T value) => JsonValue.Create(value)!;

    /// <summary>What the front end means by what it sent.</summary>
    /// <param name="sent">What it sent.</param>
    /// <exception cref="ArgumentException">Nothing that the widget can have.</exception>
    protected virtual T FromState(JsonNode? sent) => sent is JsonValue given && given.TryGetValue<T>(out var next)
        ? next : throw new ArgumentException($"it is no {typeof(T).Name}");

    /// <inheritdoc/>
    protected sealed override bool Takes(string trait) => trait == this.trait;

    /// <inheritdoc/>
    protected sealed override void Take(string trait, JsonNode? sent)
    {
        T next;
        try
        {
            next = FromState(sent);
            Check(next);
        }
        catch (ArgumentException failure)
        {
            Set(trait, ToState(value)); // the front end is told what stands
            throw new ArgumentException(
                $"the front end sent {sent?.ToJsonString() ?? "null"} as the {trait} of {GetType().Name} "
                + $"'{Description}': {failure.Message}", failure);
        }
        if (Same(next)) return;
        value = next;
        Keep(trait, ToState(next));
        Changed?.Invoke(next);
    }

    /// <summary>A value as text.</summary>
    private protected static string AsText(T value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private bool Same(T next) => EqualityComparer<T>.Default.Equals(next, value);
}
