using System.Globalization;
using W2S.Experiments;
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
    public static IProgress<ProbeProgress> Splits(this LiveView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return view.For<ProbeProgress>(study => new LiveViewState
        {
            Title = study.Pair,
            Done = (double)study.Done / study.Total,
            Place = $"split {study.Done} of {study.Total}",
            Numbers = [("teacher", Percent(study.Latest.Teacher)), .. study.Latest.Students.Select(student => (student.Key, Percent(student.Value)))],
        });
    }

    private static string Percent(double accuracy) => string.Create(CultureInfo.InvariantCulture, $"{100 * accuracy:F1} %");
}
