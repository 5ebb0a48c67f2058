using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;
using W2S.Kernel.Engine.Assemblies;
using W2S.Kernel.Engine.CSharp;
using W2S.Kernel.Engine.FSharp;
using W2S.Kernel.Engine.Interactive;
using W2S.Kernel.Engine.Output;
using W2S.Kernel.Engine.Packages;
using W2S.Kernel.Engine.Script;
using W2S.Kernel.Engine.Variables;
using W2S.Kernel.Engine.Widgets;
using W2S.Kernel.Notebooks;

namespace W2S.Kernel.Engine.Cells;

/// <summary>Runs the parts of a cell, each by its language or command, in order.</summary>
internal sealed class PartRunner : IDisposable
{
    private readonly ReferenceSet references;
    private readonly Directives directives;
    private readonly Lazy<FSharpRunner> fsharp;
    private readonly LazyFamily family;
    private volatile Run? latest;

    public PartRunner(ReferenceSet references)
    {
        this.references = references;
        CSharp = new CSharpRunner(references);
        fsharp = new Lazy<FSharpRunner>(() => new FSharpRunner(references));
        directives = new Directives(references, new PackageSet(references));
        family = new LazyFamily(references, () => new KernelFamily(
            new CSharpLanguage(CSharp, references, (code, result) => RunNestedAsync(code, "csharp", result)),
            new FSharpLanguage(fsharp, (code, result) => RunNestedAsync(code, "fsharp", result))));
    }

    /// <summary>The C# side.</summary>
    public CSharpRunner CSharp { get; }

    /// <summary>Runs a cell.</summary>
    /// <param name="source">Its text.</param>
    /// <param name="language">The language that it starts in.</param>
    /// <param name="cell">Its context.</param>
    /// <param name="thread">Where its code starts.</param>
    public Task RunAsync(CellSource source, string language, CellContext cell, CellThread thread)
    {
        latest = new Run(source, cell, thread, []);
        return RunToEndAsync(latest, language);
    }

    /// <summary>Runs what a message of the front end asks for, as a cell of its own.</summary>
    /// <param name="source">Stands for its text.</param>
    /// <param name="cell">Its context.</param>
    /// <param name="thread">Where it starts.</param>
    /// <param name="work">What it asks for.</param>
    public Task RunAsync(CellSource source, CellContext cell, CellThread thread, Action work)
    {
        latest = new Run(source, cell, thread, []);
        return family.RunAsync("csharp", false, cell, () => thread.RunAsync(() =>
        {
            work();
            return Task.FromResult(true);
        }));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        CSharp.Dispose();
        family.Dispose();
    }

    // With what the cell has left for its end; a failure there is the cell's own where nothing else went wrong.
    private async Task RunToEndAsync(Run run, string language)
    {
        var before = run.Cell.AtEnd.Count;
        try
        {
            await RunAsync(run, language);
        }
        catch
        {
            Report(await run.Cell.EndAsync(run.Thread, before), run);
            throw;
        }
        var failures = await run.Cell.EndAsync(run.Thread, before);
        if (failures.Count == 0) return;
        Report(failures.Skip(1), run);
        ExceptionDispatchInfo.Throw(failures[0]);
    }

    private static void Report(IEnumerable<Exception> failures, Run run)
    {
        foreach (var failure in failures)
        {
            var error = ExceptionReport.Describe(failure, run.Source);
            run.Cell.Output.Write(OutputStream.Error, $"At the cell's end: {string.Join('\n', error.Traceback)}\n");
        }
    }

    private async Task RunAsync(Run run, string language)
    {
        var own = Languages.Of(language) ?? (family.HasKernel(language) ? language : null)
            ?? throw CellFailure.At(run.Source, 1, "UnknownLanguage",
                $"there is no language '{language}'; known are {Languages.Listing}");
        var parts = CellParser.Split(run.Source.Text, own, family.HasKernel);
        long? timed = null;
        for (var i = 0; i < parts.Count; i++)
        {
            run.Cell.Token.ThrowIfCancellationRequested();
            // what came before may have added the kernel that a line names
            if (parts[i].Command is { } added && family.HasKernel(added))
                parts = CellParser.Split(run.Source.Text, own, family.HasKernel);
            var part = parts[i];
            if (part.Command is null)
                await RunCodeAsync(run with { IsLast = i == parts.Count - 1 && timed is null }, part);
            else if (part.Command == "time") timed ??= Stopwatch.GetTimestamp();
            else await RunCommandAsync(run, part);
        }
        if (timed is { } since)
        {
            var spent = Stopwatch.GetElapsedTime(since);
            await Show(run, "text/plain",
                string.Create(CultureInfo.InvariantCulture, $"Wall time: {spent.TotalMilliseconds:0.0} ms"));
        }
    }

    private Task RunCodeAsync(Run run, CellPart part) => part.Language switch
    {
        "csharp" => RunCSharpAsync(run, part.CodeInPlace),
        "fsharp" => RunFSharpAsync(run, part.CodeInPlace),
        "bash" or "pwsh" => ShellRunner.RunAsync(part.Language, part, run.Source, run.Cell),
        "mermaid" => Show(run, new MimeBundle("text/vnd.mermaid", part.Code).Set("text/plain", part.Code)),
        "html" => Show(run, "text/html", part.Code),
        "markdown" => Show(run, "text/markdown", part.Code),
        "javascript" => Show(run, "application/javascript", part.Code),
        _ => family.SubmitAsync(part, part.Code, run.Source, run.Cell),
    };

    private static void Prepare()
    {
        ValueFormatters.Register();
        LibraryDisplays.Route();
    }

    private async Task RunCSharpAsync(Run run, string text)
    {
        var code = await directives.ApplyAsync(text, run.Source, run.Cell,
            path => ImportAsync(run, path, show: false), folder => ExtendAsync(run, folder));
        if (string.IsNullOrWhiteSpace(code)) return;
        var submission = CSharp.Compile(code, run.Source);
        run.Cell.Token.ThrowIfCancellationRequested();
        Prepare(); // before the cell's own formatters, which go first
        await family.RunAsync("csharp", submission.NeedsFamily, run.Cell, () => OnThreadAsync(run, async () =>
        {
            var value = await CSharp.Start(submission);
            if (submission.HasResult && value != Cell.Nothing) ShowResult(run, value);
            return true;
        }));
    }

    private async Task RunFSharpAsync(Run run, string text)
    {
        var code = await directives.ApplyToFSharpAsync(text, run.Source, run.Cell, folder => ExtendAsync(run, folder));
        if (string.IsNullOrWhiteSpace(code)) return;
        await family.RunAsync("fsharp", true, run.Cell, () => OnThreadAsync(run, () =>
        {
            Prepare();
            var (hasValue, value) = fsharp.Value.Run(code, run.Source, run.Cell.Token);
            if (hasValue) ShowResult(run, value);
            return Task.FromResult(true);
        }));
    }

    // What a cell sends to its own kernels runs where it stands: the cells' thread may be waiting for it.
    private static Task OnThreadAsync(Run run, Func<Task<bool>> work) =>
        run.Result is null ? run.Thread.RunAsync(work) : work();

    private Task RunNestedAsync(string code, string language, Action<object?> result) => RunAsync(
        latest! with { Source = CellSource.Cell(code, latest!.Source.Folder), Result = result }, language);

    private async Task RunCommandAsync(Run run, CellPart part)
    {
        try
        {
            switch (part.Command)
            {
                case "import":
                    if (part.Arguments.Trim('"') is not { Length: > 0 } name)
                        throw new InvalidOperationException("#!import needs a file: #!import \"setup.csx\"");
                    await ImportAsync(run, name, show: true);
                    break;
                case "lsmagic":
                    await Show(run, "text/plain", Magics.Listing(family.Magics));
                    break;
                case "about":
                    await Show(run, "text/plain", About.Text);
                    break;
                case "who" or "whos":
                    var variables = CSharp.Variables.Concat(fsharp.IsValueCreated ? fsharp.Value.Variables : []);
                    await Show(run, "text/plain", VariableList.Of(variables, details: part.Command == "whos"));
                    break;
                case var _ when family.HasMagic(part):
                    await family.SubmitAsync(part, run.Source.Line(part.Line), run.Source, run.Cell);
                    break;
                default:
                    throw CellFailure.At(run.Source, part.Line, "UnknownMagic",
                        $"there is no magic '#!{part.Command}'; #!lsmagic lists those there are");
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw part.Command == "import"
                ? Imports.Failure(failure, run.Source, part.Line)
                : failure as CellFailure
                ?? CellFailure.At(run.Source, part.Line, "MagicError", failure.Message.ReplaceLineEndings(" "));
        }
    }

    private async Task ExtendAsync(Run run, string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.dll").Order(StringComparer.Ordinal))
        {
            references.AddWithSiblings(file);
            await family.ExtendAsync(AssemblyStore.Load(file), run.Cell);
        }
        var script = Path.Combine(folder, "extension.dib");
        if (File.Exists(script)) await ImportAsync(run, script, show: true);
    }

    private async Task ImportAsync(Run run, string name, bool show)
    {
        var path = Path.GetFullPath(name, run.Source.Folder);
        if (run.Importing.Contains(path)) throw new InvalidOperationException($"{name} imports itself");
        foreach (var (source, language) in Imports.Read(path))
        {
            var imported = run with
            {
                Source = source,
                Importing = [.. run.Importing, path],
                ShowsResults = show && run.ShowsResults,
            };
            // a file counts as typed here; a notebook's cells are cells of their own
            var isNotebook = Path.GetExtension(path).ToLowerInvariant() is ".ipynb" or DibFile.Extension;
            await (isNotebook ? RunToEndAsync(imported, language) : RunAsync(imported, language));
        }
    }

    private static void ShowResult(Run run, object? value)
    {
        if (!run.ShowsResults || value is DisplayHandle) return;
        if (run.Result is { } take)
        {
            take(value);
            return;
        }
        if (value is Widget)
        {
            Functions.display(value); // it may have to be shown anew
            return;
        }
        var bundle = Renderer.Render(value);
        if (run.IsLast && run.Importing.Count == 0) run.Cell.Output.Result(bundle);
        else Show(run, bundle);
    }

    private static Task Show(Run run, string mime, string text) => Show(run, new MimeBundle(mime, text));

    private static Task Show(Run run, MimeBundle bundle)
    {
        run.Cell.Output.Display(bundle, Guid.NewGuid().ToString("N"), update: false);
        return Task.CompletedTask;
    }

    private sealed record Run(CellSource Source, CellContext Cell, CellThread Thread, IReadOnlyList<string> Importing)
    {
        public bool ShowsResults { get; init; } = true;

        public bool IsLast { get; init; }

        /// <summary>Takes the value of what a cell sends to its own kernels; null for the cell itself.</summary>
        public Action<object?>? Result { get; init; }
    }
}
