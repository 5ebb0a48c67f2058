using Microsoft.DotNet.Interactive.Formatting;
using W2S.Kernel.Engine.Cells;
using W2S.Kernel.Engine.Output;
using W2S.Kernel.Engine.Widgets;

namespace W2S.Kernel.Engine.Script;

/// <summary>Something shown, which can be replaced where it stands.</summary>
public sealed class DisplayHandle : DisplayedValue
{
    private readonly CellContext shownBy;
    private readonly string[] mimeTypes;
    private object? current;

    internal DisplayHandle(CellContext shownBy, object? value, string[] mimeTypes)
        : base(value, [])
    {
        this.shownBy = shownBy;
        this.mimeTypes = mimeTypes;
    }

    /// <summary>Replaces what is shown, also from a later cell, and by a value of another type.</summary>
    /// <param name="value">What to show instead.</param>
    public new void Update(object? value) => Show(value, update: true);

    internal void Show(object? value, bool update)
    {
        current = value;
        Show(update);
        if (value is Widget widget) widget.Follow(() => Anew(widget));
    }

    private void Anew(Widget widget)
    {
        if (ReferenceEquals(current, widget)) Show(update: true);
    }

    private void Show(bool update) =>
        (CellContext.Current ?? shownBy).Output.Display(Renderer.Render(current, mimeTypes), DisplayId, update);
}
