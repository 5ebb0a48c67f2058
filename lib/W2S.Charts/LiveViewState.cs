using System.Globalization;
using System.Text;
using W2S.Training;

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
        foreach (var (name, value) in progress.Losses.OrderBy(part => part.Key == "total" ? 0 : 1)) numbers.Add(
            (name == "total" ? "loss" : name, Text(value, "0.000")));
        foreach (var (name, value) in progress.Accuracies) numbers.Add((name, Text(100 * value, "0.0") + " %"));
        if (progress.Beta is { } beta) numbers.Add(("β", Text(beta, "0.00")));
        if (progress.Agreement is { } agreement) numbers.Add(("agreement", Text(100 * agreement, "0") + " %"));
        return new LiveViewState
        {
            Title = title,
            Done = progress.Steps > 0 ? (double)progress.Step / progress.Steps : 0,
            Place = $"epoch {Text(progress.Epoch, "0.#")} of {Text(progress.Epochs, "0.#")}, step {progress.Step}",
            Numbers = numbers,
            ImagesPerSecond = progress.ImagesPerSecond,
            Left = progress.Left,
            Message = progress.Message,
        };

        static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
    }

    /// <summary>One line for a terminal.</summary>
    /// <returns>For instance <c>AdaptConf [#####...............] 25 % epoch 3 of 12 loss 1.21 2,310 images/s 0:42
    /// left</c>.</returns>
    public override string ToString()
    {
        var done = Fraction;
        var filled = (int)Math.Round(20 * done);
        var parts = new List<string>
        {
            Title,
            string.Create(CultureInfo.InvariantCulture,
                $"[{new string('#', filled)}{new string('.', 20 - filled)}] {100 * done:0} %"),
        };
        if (Place.Length > 0) parts.Add(Place);
        parts.AddRange(Numbers.Select(number => $"{number.Name} {number.Value}"));
        parts.AddRange(Pace());
        if (Message is not null) parts.Add(Message);
        return string.Join("  ", parts);
    }

    /// <summary>A bar and a table in the page's own colours, without a script.</summary>
    /// <returns>HTML.</returns>
    public string ToHtml()
    {
        var percent = (100 * Fraction).ToString("0.#", CultureInfo.InvariantCulture);
        var html = new StringBuilder(
            "<div style=\"max-width:640px;font-size:13px;font-variant-numeric:tabular-nums\">");
        var pace = string.Join(" · ", new[] { Place }.Concat(Pace()).Where(part => part.Length > 0));
        html.Append("<div style=\"display:flex;justify-content:space-between;gap:12px;flex-wrap:wrap\">")
            .Append($"<b>{HtmlText.Encode(Title)}</b><span>{HtmlText.Encode(pace)}</span></div>")
            .Append("<div style=\"height:8px;margin:5px 0;background:rgba(128,128,128,.25);border-radius:4px\">")
            .Append($"<div style=\"height:8px;width:{percent}%;background:{Palette.Blue};border-radius:4px\">")
            .Append("</div></div>");
        if (Numbers.Count > 0)
        {
            html.Append("<div style=\"display:flex;flex-wrap:wrap;gap:2px 18px\">");
            foreach (var (name, value) in Numbers) html.Append(
                $"<span>{HtmlText.Encode(name)} <b>{HtmlText.Encode(value)}</b></span>");
            html.Append("</div>");
        }
        if (Message is not null) html.Append($"<div>{HtmlText.Encode(Message)}</div>");
        return html.Append("</div>").ToString();
    }

    private double Fraction => double.IsFinite(Done) ? Math.Clamp(Done, 0, 1) : 0;

    private IEnumerable<string> Pace()
    {
        if (ImagesPerSecond > 0)
            yield return string.Create(CultureInfo.InvariantCulture, $"{ImagesPerSecond:#,0} images/s");
        if (Left is { } left && Fraction < 1)
            yield return (left.TotalHours >= 1 ? left.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture)
                : left.ToString(@"m\:ss", CultureInfo.InvariantCulture)) + " left";
    }
}
