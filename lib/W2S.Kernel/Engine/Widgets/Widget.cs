using System.Net;
using System.Text.Json.Nodes;
using W2S.Kernel.Engine.Cells;
using W2S.Kernel.Engine.Output;

namespace W2S.Kernel.Engine.Widgets;

/// <summary>A control in the notebook: its state is the same in the kernel and in the front end.</summary>
/// <remarks>
/// The messages are those of ipywidgets (widget messaging protocol 2.1), and so are the names. The front end hears of a
/// widget when it is first shown. Where there is none that speaks the protocol, as under <c>./w2s run</c>, a widget is
/// shown as it stands, and shown anew where it stands when its state changes.
/// </remarks>
public abstract class Widget : IComm, IDisposable
{
    /// <summary>What takes the place of a model by its identifier.</summary>
    private const string ViewMime = "application/vnd.jupyter.widget-view+json";

    private readonly CellContext maker = CellContext.Required;
    private readonly JsonObject state;
    private readonly List<Action> shown = [];
    private bool open;
    private bool closed;

    /// <summary>Makes a widget, which is not shown yet.</summary>
    /// <param name="name">The name of its class in the front end, without <c>Model</c>.</param>
    /// <param name="view">The name of its view there; null for the same with <c>View</c>.</param>
    /// <param name="module">The module that holds both.</param>
    /// <param name="versions">
    /// The range of the module's versions. By default both that front ends have, ipywidgets 7 and 8: VS Code takes the
    /// older for every kernel that is not Python.
    /// </param>
    /// <exception cref="InvalidOperationException">No cell is running.</exception>
    protected Widget(
        string name, string? view = null, string module = "@jupyter-widgets/controls",
        string versions = "^1.5.0 || ^2.0.0") => state = new()
        {
            ["_model_module"] = module,
            ["_model_module_version"] = versions,
            ["_model_name"] = $"{name}Model",
            ["_view_module"] = module,
            ["_view_module_version"] = versions,
            ["_view_name"] = view ?? $"{name}View",
        };

    /// <summary>What stands beside it, or on it.</summary>
    /// <value>Nothing.</value>
    public string Description
    {
        get => Get("description", "");
        set => Set("description", value);
    }

    /// <summary>True where the reader cannot use it.</summary>
    /// <value>False.</value>
    public bool Disabled
    {
        get => Get("disabled", false);
        set => Set("disabled", value);
    }

    /// <summary>Names it in the front end.</summary>
    public string ModelId { get; } = Guid.NewGuid().ToString("N");

    /// <inheritdoc/>
    string IComm.Id => ModelId;

    /// <inheritdoc/>
    JsonObject IComm.State
    {
        get
        {
            lock (state) return (JsonObject)state.DeepClone();
        }
    }

    /// <summary>True where a front end holds its twin.</summary>
    protected bool IsOpen => open && !closed;

    /// <summary>Where what it says goes: the cell that runs, or the one that made it.</summary>
    private protected CellOutput Out => (CellContext.Current ?? maker).Output;

    /// <summary>Takes it away wherever it is shown.</summary>
    public void Dispose()
    {
        if (IsOpen) Say(CommMessage.Close(ModelId), Out);
        ((IComm)this).Closed();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    void IComm.Closed()
    {
        closed = true;
        maker.Comms.Remove(this);
    }

    /// <inheritdoc/>
    void IComm.Receive(JsonObject data)
    {
        switch (data["method"] is JsonValue value && value.TryGetValue<string>(out var method) ? method : "")
        {
            case "update" when data["state"] is JsonObject sent:
                var taken = sent.Where(trait => Takes(trait.Key)).ToList();
                if (taken.Count == 0) return;
                // at once: a front end that hears its own change back knows that it stands
                Send("echo_update",
                    new(taken.Select(trait => KeyValuePair.Create(trait.Key, trait.Value?.DeepClone()))), Out);
                foreach (var (trait, next) in taken) Take(trait, next);
                break;
            case "request_state":
                Send("update", ((IComm)this).State, Out);
                break;
            case "custom" when data["content"] is JsonObject content:
                Take(content);
                break;
        }
    }

    /// <summary>Makes the widget known to the front end, if there is one that asks for it.</summary>
    /// <returns>Whether it is known.</returns>
    /// <exception cref="ObjectDisposedException">It has been closed.</exception>
    internal bool Open()
    {
        ObjectDisposedException.ThrowIf(closed, this);
        if (!Out.TakesComms) return open;
        lock (state)
        {
            if (open) return true;
            open = true;
        }
        maker.Comms.Add(this);
        Out.Comm(new CommMessage("comm_open", ModelId, new()
        {
            ["state"] = ((IComm)this).State,
            ["buffer_paths"] = new JsonArray(),
        })
        { Target = Comms.WidgetTarget, Version = "2.1.0" });
        return true;
    }

    /// <summary>The widget as a front end is to show it, and as every other reader sees it.</summary>
    internal MimeBundle ToBundle()
    {
        var live = Open();
        var bundle = new MimeBundle();
        if (live)
        {
            bundle.Set(ViewMime, new JsonObject
            {
                ["version_major"] = 2,
                ["version_minor"] = 0,
                ["model_id"] = ModelId,
            });
        }
        foreach (var (mime, content) in AsItStands(live)) bundle.Set(mime, content);
        return bundle;
    }

    /// <summary>Where no front end holds its twin, what shows the widget shows it anew when it changes.</summary>
    /// <param name="anew">Shows it anew.</param>
    internal virtual void Follow(Action anew)
    {
        lock (shown)
        {
            if (!open) shown.Add(anew);
        }
    }

    /// <summary>The widget without a front end.</summary>
    /// <param name="live">True where it stands beside its view.</param>
    private protected virtual MimeBundle AsItStands(bool live) =>
        new MimeBundle().Set("text/html", Html).Set("text/plain", ToString() ?? "");

    /// <summary>The widget as HTML that stands still.</summary>
    protected virtual string Html => $"<div>{WebUtility.HtmlEncode(ToString())}</div>";

    /// <summary>A part of the state.</summary>
    /// <param name="trait">Its name in the protocol.</param>
    /// <param name="otherwise">What the front end takes where it is not set.</param>
    protected T Get<T>(string trait, T otherwise)
    {
        lock (state) return state[trait] is { } value ? value.GetValue<T>() : otherwise;
    }

    /// <summary>Changes a part of the state, here and in the front end.</summary>
    /// <param name="trait">Its name in the protocol.</param>
    /// <param name="value">What it is from now on.</param>
    protected void Set(string trait, JsonNode? value)
    {
        Keep(trait, value);
        if (IsOpen) Send(trait, Out);
        else Refresh();
    }

    /// <summary>Whether the front end may change a part of the state.</summary>
    /// <param name="trait">Its name in the protocol.</param>
    protected virtual bool Takes(string trait) => false;

    /// <summary>Takes a part of the state that the reader has changed; the front end has it already.</summary>
    /// <param name="trait">Its name in the protocol: one of those that it <see cref="Takes"/>.</param>
    /// <param name="value">What the front end sent; possibly nothing that fits.</param>
    protected virtual void Take(string trait, JsonNode? value) => Keep(trait, value?.DeepClone());

    /// <summary>Takes an event.</summary>
    /// <param name="content">What the front end says of it.</param>
    protected virtual void Take(JsonObject content)
    {
    }

    /// <summary>Changes a part of the state here alone.</summary>
    private protected void Keep(string trait, JsonNode? value)
    {
        lock (state) state[trait] = value;
    }

    /// <summary>Tells the front end, if there is one, a part of the state.</summary>
    private protected void Send(string trait, CellOutput output)
    {
        JsonNode? value;
        lock (state) value = state[trait]?.DeepClone();
        Send("update", new() { [trait] = value }, output);
    }

    /// <summary>Shows it anew where no front end does.</summary>
    private protected void Refresh()
    {
        if (IsOpen) return;
        Action[] all;
        lock (shown) all = [.. shown];
        foreach (var anew in all) anew();
    }

    private void Send(string method, JsonObject changed, CellOutput output)
    {
        if (!IsOpen) return;
        Say(CommMessage.On(ModelId, new()
        {
            ["method"] = method,
            ["state"] = changed,
            ["buffer_paths"] = new JsonArray(),
        }), output);
    }

    // A silent cell has no front end, the one that made the widget has.
    private void Say(CommMessage message, CellOutput output) =>
        (output.TakesComms ? output : maker.Output).Comm(message);
}
