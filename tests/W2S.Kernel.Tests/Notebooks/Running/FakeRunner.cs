using W2S.Kernel.Engine;
using W2S.Kernel.Notebooks;
using W2S.Kernel.Notebooks.Running;

namespace W2S.Kernel.Tests.Notebooks.Running;

/// <summary>Runs cells by a rule of the test.</summary>
internal sealed class FakeRunner(Func<string, ICellHost, CellError?> rule) : ICellRunner
{
    public Task<CellResult> RunAsync(string code, ICellHost host, string language, CancellationToken interrupt) =>
        Task.FromResult(new CellResult(rule(code, host), TimeSpan.FromSeconds(1.5)));
}
