using W2S.Kernel.Engine;

namespace W2S.Kernel.Notebooks.Running;

/// <summary>What runs cells for the notebook runner: a session in this process or in a worker process.</summary>
internal interface ICellRunner
{
    /// <summary>True while a cell runs that may end by itself when it is stopped.</summary>
    bool HeedsStop => false;

    Task<CellResult> RunAsync(string code, ICellHost host, string language, CancellationToken interrupt);
}
