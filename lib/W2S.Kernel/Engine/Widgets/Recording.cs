using System.Net;
using W2S.Kernel.Engine.Output;

namespace W2S.Kernel.Engine.Widgets;

/// <summary>Keeps what is shown, as it stands at last.</summary>
/// <param name="host">Where it is shown.</param>
/// <param name="before">What is shown already.</param>
/// <param name="passesOn">False where it is kept from there.</param>
internal sealed class Recording(ICellHost host, IReadOnlyList<MimeBundle> before, bool passesOn) : ICellHost
{
    /// <summary>What shows nothing.</summary>
    public static readonly MimeBundle Nothing = new("text/plain", "");

    private readonly List<(string? Id, MimeBundle Bundle)> shown =
        [.. before.Select(bundle => ((string?)null, bundle))];

    /// <summary>What is shown, in order.</summary>
    public IReadOnlyList<MimeBundle> Content => [.. shown.Select(item => item.Bundle)];

    /// <summary>True where what is shown is to go as soon as something else comes.</summary>
    public bool Waits { get; private set; }

    /// <inheritdoc/>
    public string? RequestId => host.RequestId;

    /// <inheritdoc/>
    public void Write(OutputStream stream, string text)
    {
        ClearWhereAsked();
        var name = stream.ToString();
        if (shown is [.., { Id: var last, Bundle: var start }] && last == name)
            shown[^1] = (name, new MimeBundle("text/plain", start["text/plain"].GetValue<string>() + text));
        else shown.Add((name, new MimeBundle("text/plain", text)));
        if (passesOn) host.Write(stream, text);
    }

    /// <inheritdoc/>
    public void Display(MimeBundle bundle, string displayId, bool update)
    {
        var at = shown.FindIndex(item => item.Id == displayId);
        if (at >= 0 && update) shown[at] = (displayId, bundle);
        else if (!update) Add(displayId, bundle);
        if (passesOn || update && at < 0) host.Display(bundle, displayId, update);
    }

    /// <inheritdoc/>
    public void Result(MimeBundle bundle)
    {
        Add(null, bundle);
        if (passesOn) host.Result(bundle);
    }

    /// <inheritdoc/>
    public void Clear(bool wait)
    {
        Waits = true;
        if (!wait) ClearWhereAsked();
        if (passesOn) host.Clear(wait);
    }

    /// <inheritdoc/>
    public void Comm(CommMessage message) => host.Comm(message);

    /// <inheritdoc/>
    public string? ReadLine(string prompt, bool password) => host.ReadLine(prompt, password);

    /// <summary>What is shown as one output.</summary>
    public static MimeBundle Joined(IReadOnlyList<MimeBundle> content) => content.Count == 0 ? Nothing
        : new MimeBundle("text/html", string.Join('\n', content.Select(Html)))
            .Set("text/plain", string.Join('\n', content.Select(bundle => Of(bundle, "text/plain"))));

    private static string Html(MimeBundle bundle) =>
        Of(bundle, "text/html") is { Length: > 0 } html ? html
        : Of(bundle, "image/png") is { Length: > 0 } png ? $"""<img alt="output" src="data:image/png;base64,{png}">"""
        : $"<pre>{WebUtility.HtmlEncode(Of(bundle, "text/plain"))}</pre>";

    private static string Of(MimeBundle bundle, string mime) =>
        bundle.TryGetValue(mime, out var content) ? content.GetValue<string>() : "";

    private void Add(string? id, MimeBundle bundle)
    {
        ClearWhereAsked();
        shown.Add((id, bundle));
    }

    private void ClearWhereAsked()
    {
        if (Waits) shown.Clear();
        Waits = false;
    }
}
