using System.Net;
using System.Text.Json.Nodes;
using W2S.Kernel.Engine.Output;

namespace W2S.Kernel.Engine.Widgets;

/// <summary>Keeps what is shown from its way to a host, as it stands at last.</summary>
/// <param name="host">The host, which gets what is shown elsewhere.</param>
/// <param name="before">What stands already.</param>
/// <param name="changed">Called after each change, with what stands.</param>
internal sealed class Recording(
    ICellHost host, IReadOnlyList<Recording.Item> before, Action<IReadOnlyList<Recording.Item>> changed) : ICellHost
{
    private readonly List<Item> shown = [.. before];
    private bool clearNext;

    /// <inheritdoc/>
    public bool TakesComms => host.TakesComms;

    /// <inheritdoc/>
    public void Write(OutputStream stream, string text)
    {
        ClearWhereAsked();
        if (shown is [.., { Stream: { } last } start] && last == stream)
            shown[^1] = start with { Bundle = new("text/plain", Of(start.Bundle, "text/plain") + text) };
        else shown.Add(new(new("text/plain", text)) { Stream = stream });
        changed([.. shown]);
    }

    /// <inheritdoc/>
    public void Display(MimeBundle bundle, string displayId, bool update)
    {
        var at = update ? shown.FindIndex(item => item.Id == displayId) : -1;
        if (at >= 0) shown[at] = new(bundle) { Id = displayId };
        else if (!update) Add(new(bundle) { Id = displayId });
        else host.Display(bundle, displayId, update);
        changed([.. shown]);
    }

    /// <inheritdoc/>
    public void Result(MimeBundle bundle)
    {
        Add(new(bundle));
        changed([.. shown]);
    }

    /// <inheritdoc/>
    public void Clear(bool wait)
    {
        clearNext = true;
        if (!wait) End();
    }

    /// <summary>Nothing else comes: a clear waits no longer.</summary>
    public void End()
    {
        if (!clearNext) return;
        ClearWhereAsked();
        changed([]);
    }

    /// <inheritdoc/>
    public void Comm(CommMessage message) => host.Comm(message);

    /// <inheritdoc/>
    public string? ReadLine(string prompt, bool password) => host.ReadLine(prompt, password);

    private static string Of(MimeBundle bundle, string mime) =>
        bundle.TryGetValue(mime, out var content) ? content.GetValue<string>() : "";

    private void Add(Item item)
    {
        ClearWhereAsked();
        shown.Add(item);
    }

    private void ClearWhereAsked()
    {
        if (clearNext) shown.Clear();
        clearNext = false;
    }

    /// <summary>Something shown.</summary>
    /// <param name="Bundle">What, as a value.</param>
    internal sealed record Item(MimeBundle Bundle)
    {
        /// <summary>Where it was written; null for what was displayed.</summary>
        public OutputStream? Stream { get; init; }

        /// <summary>Names it for later updates.</summary>
        public string? Id { get; init; }

        /// <summary>It as an output of a notebook.</summary>
        public JsonObject Json => Stream is { } stream
            ? new()
            {
                ["output_type"] = "stream",
                ["name"] = stream == OutputStream.Out ? "stdout" : "stderr",
                ["text"] = Plain,
            }
            : new()
            {
                ["output_type"] = "display_data",
                ["data"] = new JsonObject(
                    Bundle.Select(form => KeyValuePair.Create(form.Key, form.Value?.DeepClone()))),
                ["metadata"] = new JsonObject(),
            };

        /// <summary>It as text.</summary>
        public string Plain => Of(Bundle, "text/plain");

        /// <summary>It as HTML.</summary>
        public string Html => Of(Bundle, "text/html") is { Length: > 0 } html ? html
            : Of(Bundle, "image/png") is { Length: > 0 } png
                ? $"""<img alt="output" src="data:image/png;base64,{png}">"""
            : $"<pre>{WebUtility.HtmlEncode(Plain)}</pre>";
    }
}
