namespace W2S.Kernel.Engine.Output;

/// <summary>Sends what a cell has printed before the cell ends its own process, as <see cref="Environment.Exit"/>
/// does.</summary>
internal sealed class FlushAtExit : IDisposable
{
    private readonly CellOutput output;

    public FlushAtExit(CellOutput output)
    {
        this.output = output;
        AppDomain.CurrentDomain.ProcessExit += Flush;
    }

    public void Dispose() => AppDomain.CurrentDomain.ProcessExit -= Flush;

    private void Flush(object? sender, EventArgs arguments) => output.Flush();
}
