using System.Text.Json.Nodes;
using W2S.Kernel.Engine.Cells;
using W2S.Kernel.Engine.Script;

namespace W2S.Kernel.Engine.Widgets;

/// <summary>A place for outputs: what is shown while it captures stands in it.</summary>
public sealed class Output : Widget
{
    private IReadOnlyList<MimeBundle> content = [];

    /// <summary>Makes an empty place, which is not shown yet.</summary>
    /// <exception cref="InvalidOperationException">No cell is running.</exception>
    public Output()
        : base("Output", module: "@jupyter-widgets/output", versions: "1.0.0")
    {
        Keep("msg_id", ""); // nbclient reads both
        Keep("outputs", new JsonArray());
    }

    /// <summary>Has what an action shows and writes stand here, after what stands here already.</summary>
    /// <param name="action">What to do; <see cref="Cell.Clear"/> in it clears the place.</param>
    /// <exception cref="InvalidOperationException">No cell is running.</exception>
    /// <exception cref="ObjectDisposedException">The place has been closed.</exception>
    public void Capture(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var output = CellContext.Required.Output;
        var live = Open();
        if (live) Set("msg_id", output.RequestId);
        Recording? recording = null;
        try
        {
            output.Divert(host => recording = new Recording(host, content, passesOn: live), () =>
            {
                try
                {
                    action();
                }
                finally
                {
                    if (recording!.Waits) output.Clear(wait: false);
                }
            });
        }
        finally
        {
            content = recording!.Content;
            if (live) Set("msg_id", "");
            else Refresh();
        }
    }

    /// <summary>Removes what stands here.</summary>
    public void Clear() => Capture(() => Cell.Clear());

    /// <inheritdoc/>
    internal override void Follow(Action anew)
    {
        if (IsOpen) return;
        var (id, places) = (Guid.NewGuid().ToString("N"), 1); // the first is that of the widget itself
        base.Follow(() =>
        {
            anew();
            ShowRest();
        });
        ShowRest();

        void ShowRest()
        {
            for (var i = 1; i < Math.Max(places, content.Count); i++)
                Out.Display(i < content.Count ? content[i] : Recording.Nothing, $"{id}-{i}", update: i < places);
            places = Math.Max(places, content.Count);
        }
    }

    /// <inheritdoc/>
    private protected override MimeBundle AsItStands(bool live) =>
        live ? Recording.Joined(content) : content.FirstOrDefault() ?? Recording.Nothing;

    /// <inheritdoc/>
    protected override bool Takes(string trait) => trait == "outputs"; // the front end's own account of what it shows

    /// <inheritdoc/>
    protected override void Take(string trait, JsonNode? value)
    {
        if (value is JsonArray) base.Take(trait, value);
    }
}
