using System.Collections;
using System.Text.Json.Nodes;

namespace W2S.Kernel.Engine;

/// <summary>One value in several representations, keyed by MIME type, in the order in which they were added.</summary>
/// <remarks>
/// A type that ends in <c>json</c> holds a JSON object or array (<see cref="JsonNode"/>); every other type holds a
/// string. Binary types (<c>image/png</c>) hold base64, as Jupyter wants it.
/// </remarks>
public sealed class MimeBundle : IReadOnlyDictionary<string, JsonNode>
{
    private readonly List<KeyValuePair<string, JsonNode>> entries = [];

    /// <summary>An empty bundle.</summary>
    public MimeBundle()
    {
    }

    /// <summary>A bundle of one text representation.</summary>
    /// <param name="mime">The MIME type.</param>
    /// <param name="text">Its content.</param>
    public MimeBundle(string mime, string text) => Set(mime, JsonValue.Create(text));

    /// <inheritdoc/>
    public int Count => entries.Count;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => entries.Select(entry => entry.Key);

    /// <inheritdoc/>
    public IEnumerable<JsonNode> Values => entries.Select(entry => entry.Value);

    /// <inheritdoc/>
    public JsonNode this[string mime] =>
        TryGetValue(mime, out var value) ? value : throw new KeyNotFoundException($"the bundle has no '{mime}'");

    /// <summary>Adds or replaces one representation.</summary>
    /// <param name="mime">The MIME type.</param>
    /// <param name="content">Its content.</param>
    /// <returns>This bundle.</returns>
    public MimeBundle Set(string mime, JsonNode content)
    {
        ArgumentException.ThrowIfNullOrEmpty(mime);
        ArgumentNullException.ThrowIfNull(content);
        entries.RemoveAll(entry => entry.Key == mime);
        entries.Add(new(mime, content));
        return this;
    }

    /// <inheritdoc/>
    public bool ContainsKey(string key) => entries.Any(entry => entry.Key == key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out JsonNode value)
    {
        foreach (var entry in entries)
        {
            if (entry.Key == key)
            {
                value = entry.Value;
                return true;
            }
        }
        value = null;
        return false;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, JsonNode>> GetEnumerator() => entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
