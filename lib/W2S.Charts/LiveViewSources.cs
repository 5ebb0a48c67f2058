using System.Globalization;
using W2S.Runs;
using W2S.Training;

namespace W2S.Charts;

/// <summary>Lets a live view listen to what the library's passes report.</summary>
public static class LiveViewSources
{
    /// <summary>Listens to a pass over images.</summary>
    /// <param name="view">The view.</param>
    /// <param name="title">What is running, for instance <c>features of CIFAR-100 resnet20</c>.</param>
    /// <returns>What to hand to the pass.</returns>
    public static IProgress<ExtractionProgress> Images(this LiveView view, string title)
    {
        ArgumentNullException.ThrowIfNull(view);
        return view.For<ExtractionProgress>(pass => new LiveViewState
        {
            Title = title,
            Done = (double)pass.Done / pass.Total,
            Place = string.Create(CultureInfo.InvariantCulture, $"{pass.Done:N0} of {pass.Total:N0} images"),
            ImagesPerSecond = pass.ImagesPerSecond,
            Left = TimeSpan.FromSeconds((pass.Total - pass.Done) / Math.Max(pass.ImagesPerSecond, 1e-3)),
        });
    }

    /// <summary>Listens to a probe study.</summary>
    /// <param name="view">The view.</param>
    /// <returns>What to hand to the study.</returns>
    public static IProgress<GridProgress> Splits(this LiveView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return view.For<GridProgress>(study => new LiveViewState
        {
            Title = study.Latest!.Facets.Data,
            Done = (double)study.Done / study.Total,
            Place = $"split {study.Done} of {study.Total}",
            Numbers = [.. new RunSet([study.Latest]).Select(probe => (probe.Name, Percent(probe["test accuracy"])))],
        });
    }

    /// <summary>Listens to a grid of runs.</summary>
    /// <param name="view">The view.</param>
    /// <param name="value">The final number to show of the run that ended last.</param>
    /// <returns>What to hand to the grid.</returns>
    public static IProgress<GridProgress> Runs(this LiveView view, string value = "test accuracy")
    {
        ArgumentNullException.ThrowIfNull(view);
        return view.For<GridProgress>(grid =>
        {
            var training = grid.Training is null ? new LiveViewState() : LiveViewState.Of(grid.Training);
            return training with
            {
                Title = grid.Current is null ? "all runs are here"
                    : $"{grid.Current.Name}, {grid.Current.Setting}, seed {grid.Current.Seed}",
                Done = (grid.Done + (grid.Current is null ? 0 : training.Done)) / grid.Total,
                Place = grid.Current is null ? $"{grid.Total} runs"
                    : string.Join(", ",
                        new[] { $"run {grid.Done + 1} of {grid.Total}",
                            training.Place }.Where(part => part.Length > 0)),
                Left = null,
                Message = grid.Latest is { } latest && latest.Outcome.Values.TryGetValue(value, out var number)
                    ? $"latest: {latest.Name}, seed {latest.Seed}, {Percent(number)}" : null,
            };
        });
    }

    private static string Percent(double accuracy) =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * accuracy:F1} %");
}
