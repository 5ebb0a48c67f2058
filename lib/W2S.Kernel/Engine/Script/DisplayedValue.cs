using W2S.Kernel.Engine.Cells;
using W2S.Kernel.Engine.Output;

namespace W2S.Kernel.Engine.Script;

/// <summary>Something shown, which can be replaced where it stands.</summary>
public sealed class DisplayedValue
{
    private readonly CellContext shownBy;
    private readonly string[] mimeTypes;

    internal DisplayedValue(CellContext shownBy, string[] mimeTypes)
    {
        this.shownBy = shownBy;
        this.mimeTypes = mimeTypes;
    }

    /// <summary>Names the display among all of the session's.</summary>
    public string DisplayId { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Replaces what is shown, also from a later cell.</summary>
    /// <param name="value">What to show instead.</param>
    public void Update(object? value) => Show(value, update: true);

    internal void Show(object? value, bool update) =>
        (CellContext.Current ?? shownBy).Output.Display(Renderer.Render(value, mimeTypes), DisplayId, update);
}
