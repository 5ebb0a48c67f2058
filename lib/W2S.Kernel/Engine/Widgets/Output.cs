using System.Text.Json.Nodes;
using W2S.Kernel.Engine.Cells;
using W2S.Kernel.Engine.Output;
using W2S.Kernel.Engine.Script;

namespace W2S.Kernel.Engine.Widgets;

/// <summary>A place for outputs: what is shown while it captures stands in it.</summary>
/// <remarks>
/// The kernel keeps its content and tells it to the front end whole, 20 times a second at most. The protocol's other
/// way, where the front end takes a message's outputs by <c>msg_id</c>, loses updates of displays in JupyterLab, and
/// nbclient, which answers each output, may then miss the reply to the cell.
/// </remarks>
public sealed class Output : Widget
{
    private static readonly MimeBundle Nothing = new("text/plain", "");

    private IReadOnlyList<Recording.Item> content = [];

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
    public void Capture(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var output = CellContext.Required.Output;
        Recording? recording = null;
        try
        {
            output.Divert(host => recording = new Recording(host, content, now => Tell(now, output)), action);
        }
        finally
        {
            recording!.End();
            Refresh();
        }
    }

    /// <summary>Removes what stands here.</summary>
    public void Clear() => Capture(() => Cell.Clear());

    /// <inheritdoc/>
    internal override void Follow(Action anew)
    {
        if (IsOpen)
        {
            Tell(content, Out); // after its view: the classic notebook runs scripts only in what the page holds already
            return;
        }
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
                Out.Display(i < content.Count ? content[i].Bundle : Nothing, $"{id}-{i}", update: i < places);
            places = Math.Max(places, content.Count);
        }
    }

    /// <inheritdoc/>
    private protected override MimeBundle AsItStands(bool live) =>
        content.Count == 0 ? Nothing
        : !live ? content[0].Bundle
        : new MimeBundle("text/html", string.Join('\n', content.Select(item => item.Html)))
            .Set("text/plain", string.Join('\n', content.Select(item => item.Plain.TrimEnd('\n'))));

    private void Tell(IReadOnlyList<Recording.Item> now, CellOutput output)
    {
        content = now;
        if (!IsOpen) return;
        Keep("outputs", new JsonArray([.. now.Select(item => item.Json)]));
        Send("outputs", output);
    }
}
