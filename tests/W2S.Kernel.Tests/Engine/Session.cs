using W2S.Kernel.Engine;

namespace W2S.Kernel.Tests.Engine;

/// <summary>A session in a folder of its own, with shorthands for running cells.</summary>
internal sealed class Session : IDisposable
{
    public Session(string? folder = null)
    {
        Folder = folder ?? Directory.CreateTempSubdirectory("w2s-engine-").FullName;
        owned = folder is null;
        Cells = new CellSession(Folder);
    }

    private readonly bool owned;

    public string Folder { get; }

    public CellSession Cells { get; }

    public string File(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Runs a cell that must end well.</summary>
    public async Task<RecordingHost> RunAsync(string code, string language = "csharp")
    {
        var host = new RecordingHost();
        var result = await Cells.RunAsync(code, host, language, TestContext.Current.CancellationToken);
        Assert.True(result.Succeeded, result.Error is null ? "" : string.Join('\n', result.Error.Traceback));
        return host;
    }

    /// <summary>Runs a cell that must fail.</summary>
    public async Task<CellError> FailAsync(string code, string language = "csharp", RecordingHost? host = null)
    {
        var result =
            await Cells.RunAsync(code, host ?? new RecordingHost(), language, TestContext.Current.CancellationToken);
        return result.Error ?? throw new InvalidOperationException("the cell ran to its end");
    }

    public void Dispose()
    {
        Cells.Dispose();
        if (owned) Directory.Delete(Folder, recursive: true);
    }
}
