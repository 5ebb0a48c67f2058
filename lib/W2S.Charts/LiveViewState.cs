using W2S.Training;
using static System.FormattableString;

namespace W2S.Charts;

/// <summary>What a live view shows at one moment: how far a run is, what it measured, how long it will take.</summary>
public sealed record LiveViewState
{
    /// <summary>What is running, for instance <c>AdaptConf, seed 2</c>.</summary>
    public string Title { get; init; } = "training";

    /// <summary>How much is done, 0 … 1.</summary>
    public double Done { get; init; }

    /// <summary>Where the run is, for instance <c>epoch 3 of 30</c>.</summary>
    public string Place { get; init; } = "";

    /// <summary>Loss parts, accuracies and other numbers, already in words: name and value.</summary>
    public IReadOnlyList<(string Name, string Value)> Numbers { get; init; } = [];

    /// <summary>Images a second; not shown where 0.</summary>
    public double ImagesPerSecond { get; init; }

    /// <summary>Time to the end; not shown where null.</summary>
    public TimeSpan? Left { get; init; }

    /// <summary>What else there is to say.</summary>
    public string? Message { get; init; }

    /// <summary>What a training's report says.</summary>
    /// <param name="progress">The report.</param>
    /// <param name="title">What is running.</param>
    /// <returns>The state to show.</returns>
    public static LiveViewState Of(TrainingProgress progress, string title = "training")
    {
        ArgumentNullException.ThrowIfNull(progress);
        var numbers = new List<(string, string)>();
        // The total of the loss first, whatever the order of the parts.
        numbers.AddRange(progress.Losses.OrderByDescending(part => part.Key == "total").Select(
            part => (part.Key == "total" ? "loss" : part.Key, Invariant($"{part.Value:0.000}"))));
        numbers.AddRange(progress.Accuracies.Select(part => (part.Key, Invariant($"{100 * part.Value:0.0} %"))));
        if (progress.Beta is { } beta) numbers.Add(("β", Invariant($"{beta:0.00}")));
        if (progress.Agreement is { } agreement) numbers.Add(("agreement", Invariant($"{100 * agreement:0} %")));
        return new LiveViewState
        {
            Title = title,
            Done = progress.Steps > 0 ? (double)progress.Step / progress.Steps : 0,
            Place = Invariant($"epoch {progress.Epoch:0.#} of {progress.Epochs:0.#}, step {progress.Step}"),
            Numbers = numbers,
            ImagesPerSecond = progress.ImagesPerSecond,
            Left = progress.Left,
            Message = progress.Message,
        };
    }

    /// <summary>One line for a terminal.</summary>
    /// <returns>For instance <c>AdaptConf [#####...............] 25 % epoch 3 of 12 loss 1.21 2,310 images/s 0:42
    /// left</c>.</returns>
    public override string ToString()
    {
        var bar = new string('#', (int)Math.Round(20 * Fraction)).PadRight(20, '.');
        string?[] parts = [Title, Invariant($"[{bar}] {100 * Fraction:0} %"), Place,
            .. Numbers.Select(number => $"{number.Name} {number.Value}"), Speed, Rest, Message];
        return string.Join("  ", parts.Where(part => !string.IsNullOrEmpty(part)));
    }

    /// <summary>A bar and a table in the page's own colours, without a script.</summary>
    internal string ToHtml()
    {
        string?[] pace = [Place, Speed, Rest];
        var numbers = Numbers.Select(
            number => $"<span>{HtmlText.Encode(number.Name)} <b>{HtmlText.Encode(number.Value)}</b></span>");
        return "<div style=\"max-width:640px;font-size:13px;font-variant-numeric:tabular-nums\">"
            + "<div style=\"display:flex;justify-content:space-between;gap:12px;flex-wrap:wrap\">"
            + $"<b>{HtmlText.Encode(Title)}</b><span>"
            + HtmlText.Encode(string.Join(" · ", pace.Where(part => !string.IsNullOrEmpty(part)))) + "</span></div>"
            + "<div style=\"height:8px;margin:5px 0;background:rgba(128,128,128,.25);border-radius:4px\">"
            + Invariant($"<div style=\"height:8px;width:{100 * Fraction:0.#}%;background:{Palette.Blue};")
            + "border-radius:4px\"></div></div>"
            + (Numbers.Count == 0 ? ""
                : $"<div style=\"display:flex;flex-wrap:wrap;gap:2px 18px\">{string.Concat(numbers)}</div>")
            + (Message is null ? "" : $"<div>{HtmlText.Encode(Message)}</div>") + "</div>";
    }

    private double Fraction => double.IsFinite(Done) ? Math.Clamp(Done, 0, 1) : 0;

    private string? Speed => ImagesPerSecond > 0 ? Invariant($"{ImagesPerSecond:#,0} images/s") : null;

    private string? Rest => Left is not { } left || Fraction == 1 ? null
        : left.ToString(left.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss", null) + " left";
}
