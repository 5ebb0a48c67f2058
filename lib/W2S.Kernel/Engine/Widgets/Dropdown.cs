using System.Net;
using System.Text.Json.Nodes;

namespace W2S.Kernel.Engine.Widgets;

/// <summary>A list of which the reader chooses one.</summary>
/// <typeparam name="T">What is chosen; its text is what the reader sees.</typeparam>
public sealed class Dropdown<T> : ValueWidget<T>
{
    private readonly T[] options;

    /// <summary>Makes a list whose first entry is chosen, and which is not shown yet.</summary>
    /// <param name="options">What can be chosen.</param>
    /// <exception cref="ArgumentException">There are none, or two of the same text.</exception>
    /// <exception cref="InvalidOperationException">No cell is running.</exception>
    public Dropdown(params IEnumerable<T> options)
        : this([.. options ?? throw new ArgumentNullException(nameof(options))])
    {
    }

    private Dropdown(T[] options)
        : base("Dropdown", First(options), JsonValue.Create(0), "index")
    {
        this.options = options;
        Set("_options_labels", new JsonArray([.. options.Select(option => JsonValue.Create(AsText(option)))]));
    }

    /// <summary>What can be chosen.</summary>
    public IReadOnlyList<T> Options => options;

    /// <inheritdoc/>
    protected override string Control =>
        $"<select disabled><option>{WebUtility.HtmlEncode(AsText(Value))}</option></select>";

    /// <inheritdoc/>
    protected override void Check(T value)
    {
        if (Array.IndexOf(options, value) < 0)
        {
            throw new ArgumentException(
                $"'{AsText(value)}' is none of the options; give one of {string.Join(", ", options.Select(AsText))}");
        }
    }

    /// <inheritdoc/>
    protected override JsonNode ToState(T value) => JsonValue.Create(Array.IndexOf(options, value));

    /// <inheritdoc/>
    protected override T FromState(JsonNode? sent) =>
        sent is JsonValue given && given.TryGetValue<int>(out var index) && index >= 0 && index < options.Length
            ? options[index] : throw new ArgumentException($"it is no index of {options.Length} options");

    private static T First(T[] options)
    {
        if (options.Length == 0) throw new ArgumentException("there are no options; give one or more", nameof(options));
        var twice = options.GroupBy(AsText).FirstOrDefault(same => same.Count() > 1);
        return twice is null ? options[0]
            : throw new ArgumentException($"option '{twice.Key}' is given {twice.Count()} times; give each once",
                nameof(options));
    }
}
