using System.Numerics;
using W2S.Kernel.Engine.Cells;
using W2S.Kernel.Engine.Script;

namespace W2S.Kernel.Engine.Widgets;

/// <summary>The function that every cell may call by its bare name to have widgets drive a function of the
/// cell's.</summary>
/// <remarks>
/// It shows the widgets, each under the name of its parameter, and below them, when it has ended, what the function
/// shows, writes and returns; and whenever the reader or code changes a value, in the place of what stood there. Where
/// it fails then, the error stands there.
/// </remarks>
#pragma warning disable IDE1006 // the name by which ipywidgets knows it
public static class Interaction
{
    /// <summary>Has a slider drive a function.</summary>
    /// <typeparam name="T">int or double.</typeparam>
    /// <param name="show">What to do with the slider's value.</param>
    /// <param name="from">The least value.</param>
    /// <param name="to">The greatest value.</param>
    /// <param name="step">How far a value is from the next; null for 1, or a round number for doubles.</param>
    /// <param name="value">The value at first; null for the middle.</param>
    /// <exception cref="ArgumentException">The bounds are none, the value is outside of them, the step is not positive,
    /// or the type is another.</exception>
    /// <exception cref="InvalidOperationException">No cell is running.</exception>
    public static void interact<T>(Action<T> show, T from, T to, T? step = null, T? value = null)
        where T : struct, INumber<T> => interact(show, Slider(from, to, step, value));

    /// <inheritdoc cref="interact{T}(Action{T}, T, T, T?, T?)"/>
    public static void interact<T>(Func<T, object?> show, T from, T to, T? step = null, T? value = null)
        where T : struct, INumber<T> => interact(show, Slider(from, to, step, value));

    /// <inheritdoc cref="interact{T}(Action{T}, T, T, T?, T?)"/>
    public static void interact<T>(Func<T, Task> show, T from, T to, T? step = null, T? value = null)
        where T : struct, INumber<T> => interact(show, Slider(from, to, step, value));

    /// <summary>Has a widget drive a function.</summary>
    /// <param name="show">What to do with its value.</param>
    /// <param name="widget">The widget, not shown yet.</param>
    /// <exception cref="InvalidOperationException">No cell is running.</exception>
    public static void interact<T>(Action<T> show, ValueWidget<T> widget) =>
        Drive(show, () => Shown(() => show(widget.Value)), Driver.Of(widget));

    /// <inheritdoc cref="interact{T}(Action{T}, ValueWidget{T})"/>
    public static void interact<T>(Func<T, object?> show, ValueWidget<T> widget) =>
        Drive(show, () => show(widget.Value), Driver.Of(widget));

    /// <inheritdoc cref="interact{T}(Action{T}, ValueWidget{T})"/>
    public static void interact<T>(Func<T, Task> show, ValueWidget<T> widget) =>
        Drive(show, () => show(widget.Value), Driver.Of(widget));

    /// <summary>Has two widgets drive a function.</summary>
    /// <param name="show">What to do with their values.</param>
    /// <param name="first">The first, not shown yet.</param>
    /// <param name="second">The second, not shown yet.</param>
    /// <exception cref="InvalidOperationException">No cell is running.</exception>
    public static void interact<T1, T2>(Action<T1, T2> show, ValueWidget<T1> first, ValueWidget<T2> second) =>
        Drive(show, () => Shown(() => show(first.Value, second.Value)), Driver.Of(first), Driver.Of(second));

    /// <inheritdoc cref="interact{T1, T2}(Action{T1, T2}, ValueWidget{T1}, ValueWidget{T2})"/>
    public static void interact<T1, T2>(Func<T1, T2, object?> show, ValueWidget<T1> first, ValueWidget<T2> second) =>
        Drive(show, () => show(first.Value, second.Value), Driver.Of(first), Driver.Of(second));

    private static ValueWidget<T> Slider<T>(T from, T to, T? step, T? value) where T : struct, INumber<T>
    {
        object slider = (from, to, step, value) switch
        {
            (int least, int most, var by, var at) => Slider(least, most, (int?)(object?)by ?? 1, (int?)(object?)at),
            (double least, double most, var by, var at) => Slider(
                least, most, (double?)(object?)by ?? FloatSlider.RoundStep(least, most), (double?)(object?)at),
            _ => throw new ArgumentException(
                $"{from} to {to} is a range of {typeof(T).Name}; give two of int or of double, such as 0.5 and 10.0"),
        };
        return (ValueWidget<T>)slider;
    }

    private static IntSlider Slider(int from, int to, int step, int? value) =>
        new(from, to, value ?? (step > 0 ? (int)(from + ((long)to - from) / step / 2 * step) : from), step);

    private static FloatSlider Slider(double from, double to, double step, double? value) =>
        new(from, to, value ?? Math.Round(from + Math.Floor((to - from) / step / 2 + 1e-9) * step, 10), step);

    private static object? Shown(Action show)
    {
        show();
        return null;
    }

    private static void Drive(Delegate show, Func<object?> run, params ReadOnlySpan<Driver> drivers)
    {
        ArgumentNullException.ThrowIfNull(show);
        var names = show.Method.GetParameters()[^drivers.Length..];
        for (var i = 0; i < drivers.Length; i++)
        {
            if (drivers[i].Widget.Description.Length == 0) drivers[i].Widget.Description = names[i].Name ?? "";
            Functions.display(drivers[i].Widget);
        }
        var place = new Output();
        try
        {
            place.Capture(Run);
        }
        finally
        {
            Functions.display(place); // now with what it holds, for readers without a kernel
        }
        foreach (var driver in drivers) driver.Follow(() => place.Capture(RunAgain));

        void Run()
        {
            var value = run();
            if (value is Task task)
            {
                task.GetAwaiter().GetResult();
                value = task.GetType().GetProperty("Result") is { PropertyType.IsVisible: true } result
                    ? result.GetValue(task) : null; // a task without a result has one that nobody can name
            }
            if (value is not null and not DisplayHandle) Functions.display(value);
        }

        void RunAgain()
        {
            Cell.Clear(wait: true);
            try
            {
                Run();
            }
            catch (Exception failure) when (CellContext.Required is { Stopped: false, Output.TakesComms: true } cell)
            {
                var error = ExceptionReport.Describe(failure, cell.Source);
                cell.Output.Write(OutputStream.Error, $"{string.Join('\n', error.Traceback)}\n");
            }
        }
    }

    // A widget whose changes are followed, whatever its value's type.
    private sealed record Driver(Widget Widget, Action<Action> Follow)
    {
        public static Driver Of<T>(ValueWidget<T> widget)
        {
            ArgumentNullException.ThrowIfNull(widget);
            return new(widget, again => widget.Changed += _ => again());
        }
    }
}
