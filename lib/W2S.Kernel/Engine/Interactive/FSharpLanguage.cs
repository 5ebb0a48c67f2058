using Microsoft.CodeAnalysis;
using W2S.Kernel.Engine.FSharp;
using W2S.Kernel.Engine.Variables;

namespace W2S.Kernel.Engine.Interactive;

/// <summary>F# as other kernels reach it.</summary>
/// <param name="fsharp">Its pieces.</param>
/// <param name="run">Runs a piece within the cell that runs.</param>
internal sealed class FSharpLanguage(Lazy<FSharpRunner> fsharp, Func<string, Action<object?>, Task> run) : ILanguage
{
    /// <inheritdoc/>
    public IEnumerable<Variable> Variables => fsharp.IsValueCreated ? fsharp.Value.Variables : [];

    /// <inheritdoc/>
    public Task RunAsync(string code, Action<object?> result) => run(code, result);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Diagnostic>?> DiagnoseAsync(string code, CancellationToken stop) =>
        Task.FromResult<IReadOnlyList<Diagnostic>?>(null);

    /// <inheritdoc/>
    public Task SetAsync(Variable variable)
    {
        fsharp.Value.Set(variable.Name, variable.Value);
        return Task.CompletedTask;
    }
}
