using System.Diagnostics;
using System.Globalization;
using W2S.Kernel.Engine.Assemblies;
using W2S.Kernel.Engine.CSharp;
using W2S.Kernel.Engine.Output;
using W2S.Kernel.Engine.Packages;
using W2S.Kernel.Engine.Script;

namespace W2S.Kernel.Engine.Cells;

/// <summary>Runs the parts of a cell, each by its language or command, in order.</summary>
internal sealed class PartRunner
{
    private readonly CSharpRunner csharp;
    private readonly Directives directives;

    public PartRunner(ReferenceSet references)
    {
        csharp = new CSharpRunner(references);
        directives = new Directives(references, new PackageSet(references));
    }

    /// <summary>Runs a cell.</summary>
    /// <param name="source">Its text.</param>
    /// <param name="language">The language that it starts in.</param>
    /// <param name="cell">Its context.</param>
    /// <param name="starter">Starts its code.</param>
    public Task RunAsync(CellSource source, string language, CellContext cell, CellStarter starter) =>
        RunAsync(new Run(source, cell, starter, []), language);

    private async Task RunAsync(Run run, string language)
    {
        var own = CellParser.LanguageOf(language)
            ?? throw CellFailure.At(run.Source, 1, "UnknownLanguage", $"there is no language '{language}'; known are {string.Join(", ", CellParser.LanguageNames)}");
        var parts = CellParser.Split(run.Source.Text, own);
        long? timed = null;
        for (var i = 0; i < parts.Count; i++)
        {
            run.Cell.Token.ThrowIfCancellationRequested();
            var part = parts[i];
            if (part.Command is null) await RunCodeAsync(run, part, isLast: i == parts.Count - 1 && timed is null);
            else if (part.Command == "time") timed ??= Stopwatch.GetTimestamp();
            else await RunCommandAsync(run, part);
        }
        if (timed is { } since)
        {
            var spent = Stopwatch.GetElapsedTime(since);
            Show(run, "text/plain", string.Create(CultureInfo.InvariantCulture, $"Wall time: {spent.TotalMilliseconds:0.0} ms"));
        }
    }

    private Task RunCodeAsync(Run run, CellPart part, bool isLast)
    {
        switch (part.Language)
        {
            case "csharp":
                return RunCSharpAsync(run, part, isLast);
            case "html":
                Show(run, "text/html", part.Code);
                return Task.CompletedTask;
            case "markdown":
                Show(run, "text/markdown", part.Code);
                return Task.CompletedTask;
            case "javascript":
                Show(run, "application/javascript", part.Code);
                return Task.CompletedTask;
            case "mermaid":
                Show(run, new MimeBundle("text/vnd.mermaid", part.Code).Set("text/plain", part.Code));
                return Task.CompletedTask;
            default:
                throw CellFailure.At(run.Source, part.Line, "UnknownLanguage", $"cells in {part.Language} cannot be run here");
        }
    }

    private async Task RunCSharpAsync(Run run, CellPart part, bool isLast)
    {
        var code = await directives.ApplyAsync(part.CodeInPlace, run.Source, run.Cell, path => ImportAsync(run, path, show: false));
        if (string.IsNullOrWhiteSpace(code)) return;
        var submission = csharp.Compile(code, run.Source);
        run.Cell.Token.ThrowIfCancellationRequested();
        await run.Starter.RunAsync(async () =>
        {
            var value = await csharp.Start(submission);
            if (submission.HasResult && run.ShowsResults && value is not DisplayedValue)
            {
                var bundle = Renderer.Render(value);
                if (isLast && run.Importing.Count == 0) run.Cell.Output.Result(bundle);
                else Show(run, bundle);
            }
            return true;
        });
    }

    private Task RunCommandAsync(Run run, CellPart part) => part.Command switch
    {
        "import" => ImportAsync(run, part),
        _ => throw CellFailure.At(
            run.Source, part.Line, "UnknownMagic", $"there is no magic '#!{part.Command}'; #!lsmagic lists those there are"),
    };

    private async Task ImportAsync(Run run, CellPart part)
    {
        var name = part.Arguments.Trim('"');
        if (name.Length == 0) throw CellFailure.At(run.Source, part.Line, "ImportError", "#!import needs a file: #!import \"setup.csx\"");
        try
        {
            await ImportAsync(run, name, show: true);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw Imports.Failure(failure, run.Source, part.Line);
        }
    }

    private async Task ImportAsync(Run run, string name, bool show)
    {
        var path = Path.GetFullPath(name, run.Source.Folder);
        if (run.Importing.Contains(path)) throw new InvalidOperationException($"{name} imports itself");
        foreach (var (source, language) in Imports.Read(path))
        {
            await RunAsync(run with { Source = source, Importing = [.. run.Importing, path], ShowsResults = show && run.ShowsResults }, language);
        }
    }

    private static void Show(Run run, string mime, string text) => Show(run, new MimeBundle(mime, text));

    private static void Show(Run run, MimeBundle bundle) =>
        run.Cell.Output.Display(bundle, Guid.NewGuid().ToString("N"), update: false);

    private sealed record Run(CellSource Source, CellContext Cell, CellStarter Starter, IReadOnlyList<string> Importing)
    {
        public bool ShowsResults { get; init; } = true;
    }
}
