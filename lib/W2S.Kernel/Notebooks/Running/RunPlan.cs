namespace W2S.Kernel.Notebooks.Running;

/// <summary>A run whose input was read and whose outputs were seen to be writable; nothing has been touched
/// yet.</summary>
/// <param name="Options">What was asked for.</param>
/// <param name="Path">The notebook's file, absolute.</param>
/// <param name="Notebook">The notebook as it was read.</param>
/// <param name="Out">Where the executed notebook goes, absolute.</param>
/// <param name="Html">Where the page goes, absolute, or null.</param>
internal sealed record RunPlan(RunOptions Options, string Path, Notebook Notebook, string Out, string? Html)
{
    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    /// <exception cref="NotebookException">The input cannot be run or an output cannot be written.</exception>
    public static RunPlan Make(RunOptions options)
    {
        var notebook = Notebook.Read(options.Notebook);
        var path = System.IO.Path.GetFullPath(options.Notebook);
        try
        {
            var language = CellLanguage.OfNotebook(notebook);
            foreach (var (cell, index) in notebook.CodeCells.Select((cell, index) => (cell, index)))
                CellLanguage.OfCell(cell, index + 1, language);
            if (options.Parameters.Count > 0) NotebookParameters.Set(notebook, options.Parameters);
            if (options.Check && !notebook.CodeCells.Any(cell => cell.Outputs.Count > 0))
                throw new NotebookException("has no saved outputs to check against; run it with --save first");
        }
        catch (NotebookException error)
        {
            throw new NotebookException($"'{options.Notebook}' {error.Message}");
        }
        if (options is { Save: true } or { Check: true } && path.EndsWith(DibFile.Extension, StringComparison.Ordinal))
            throw new NotebookException($"'{options.Notebook}' holds no outputs: --save and --check are for .ipynb");
        if (options is { Save: true, Parameters.Count: > 0 })
            throw new NotebookException("--save would write the parameters of one run into the notebook; use --out");
        var beside = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path)!, "runs",
            System.IO.Path.GetFileNameWithoutExtension(path) + ".ipynb");
        var result = System.IO.Path.GetFullPath(options.Out ?? beside);
        var html = options.Html is null ? null : System.IO.Path.GetFullPath(options.Html);
        if (result == path)
            throw new NotebookException($"--out '{options.Out}' is the notebook itself; use --save to write it back");
        if (html == path || html == result)
            throw new NotebookException($"--html '{options.Html}' is a notebook's own file; give another name");
        AtomicFile.Probe(options.Out is null ? "the executed notebook" : "--out", options.Out ?? beside,
            make: options.Out is null);
        if (options.Html is not null)
            AtomicFile.Probe("--html", options.Html);
        if (options.Save)
            AtomicFile.Probe("--save", options.Notebook);
        return new(options, path, notebook, result, html);
    }
}
