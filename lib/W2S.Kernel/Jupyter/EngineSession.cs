using W2S.Kernel.Engine;

namespace W2S.Kernel.Jupyter;

/// <summary>The cell engine, opened and warmed up beside the start of the server.</summary>
internal sealed class EngineSession : IKernelSession
{
    // What most cells need: a declaration, a query, text, a value.
    private const string FirstSteps = """
        var numbers = Enumerable.Range(0, 3).Where(n => n > 0).Select(n => n * 2).ToList();
        Console.Write("");
        numbers.Sum()
        """;

    private readonly Task<CellSession> opening;

    /// <summary>Begins to open a session.</summary>
    /// <param name="folder">The notebook's folder.</param>
    public EngineSession(string folder)
    {
        opening = Task.Run(() => OpenAsync(folder));
    }

    /// <inheritdoc/>
    public async Task<CellResult> RunAsync(string code, ICellHost host, CancellationToken interrupt)
    {
        var session = await opening.ConfigureAwait(false);
        return await session.RunAsync(code, host, interrupt: interrupt).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<CompletionResult> CompleteAsync(string code, int position, CancellationToken cancel)
    {
        var session = await opening.ConfigureAwait(false);
        throw new NotImplementedException();
    }

    /// <inheritdoc/>
    public async Task<MimeBundle?> InspectAsync(string code, int position, CancellationToken cancel)
    {
        var session = await opening.ConfigureAwait(false);
        throw new NotImplementedException();
    }

    /// <inheritdoc/>
    public (string Status, string Indent) CheckComplete(string code)
    {
        var session = opening.GetAwaiter().GetResult();
        throw new NotImplementedException();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (opening.IsCompletedSuccessfully)
            opening.Result.Dispose();
    }

    // A session of its own takes the first steps, so that the reader's holds nothing that the reader did not write.
    private static async Task<CellSession> OpenAsync(string folder)
    {
        using (var first = new CellSession(folder))
            await first.RunAsync(FirstSteps, new QuietCellHost()).ConfigureAwait(false);
        return new CellSession(folder);
    }
}
