using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.DotNet.Interactive.Formatting;
using W2S.Kernel.Engine.Cells;
using W2S.Kernel.Engine.Script;

namespace W2S.Kernel.Engine.Output;

/// <summary>What the formatting library's own methods show, <c>DisplayTable</c> and <c>DisplayAs</c> among them, on its
/// way to the cell that runs.</summary>
internal static class LibraryDisplays
{
    // Ids that stand somewhere, the cell's own with their handles. The library's methods show one object and return
    // another: an update of that is new.
    private static readonly ConcurrentDictionary<string, WeakReference<DisplayHandle>?> Shown =
        new(StringComparer.Ordinal);

    // What was shown by the library's event comes a second time as an event of a kernel.
    private static readonly ConditionalWeakTable<object, object> Taken = [];

    private static readonly Lazy<IDisposable> Subscribed = new(() => Formatter.SubscribeToDisplayedValues(OnDisplayed));

    /// <summary>Begins to listen, once a process.</summary>
    public static void Route() => _ = Subscribed.Value;

    /// <summary>Notes a handle: what comes of its updates by a kernel's event has its own event as well.</summary>
    public static void Own(DisplayHandle handle) =>
        Shown.TryAdd(handle.DisplayId, new WeakReference<DisplayHandle>(handle));

    /// <summary>Shows a value that a kernel formatted.</summary>
    public static void Show(CellOutput output, IReadOnlyCollection<FormattedValue> values, string? id, bool update)
    {
        if (values.Count == 0 || IsOwn(values, id) || !Taken.TryAdd(values, values)) return;
        var bundle = new MimeBundle();
        foreach (var value in values) bundle.Set(value.MimeType, Renderer.Content(value.MimeType, value.Value));
        id ??= Guid.NewGuid().ToString("N");
        output.Display(bundle, id, update && !Shown.TryAdd(id, null));
        Shown.TryAdd(id, null);
    }

    private static bool IsOwn(IReadOnlyCollection<FormattedValue> values, string? id) =>
        id is not null && Shown.TryGetValue(id, out var known) && known is not null
        && known.TryGetTarget(out var handle) && ReferenceEquals(handle.FormattedValues, values);

    private static void OnDisplayed(DisplayedValue value)
    {
        if (value is DisplayHandle own) own.Update(own.Value);
        else if (CellContext.Current is not { } cell) Formatter.WriteToConsole(value);
        else Show(cell.Output, value.FormattedValues, value.DisplayId, value.IsUpdated);
    }
}
