using Microsoft.CodeAnalysis;
using W2S.Kernel.Engine.Variables;

namespace W2S.Kernel.Engine.Interactive;

/// <summary>One language of a session, as the kernels around it reach it.</summary>
internal interface ILanguage
{
    /// <summary>What its cells have declared.</summary>
    IEnumerable<Variable> Variables { get; }

    /// <summary>Declares a variable.</summary>
    Task SetAsync(Variable variable);

    /// <summary>What is wrong with a piece that has not run; null where the language does not tell.</summary>
    Task<IReadOnlyList<Diagnostic>?> DiagnoseAsync(string code, CancellationToken stop);

    /// <summary>Runs a piece of code within the cell that runs; what it shows goes to that cell.</summary>
    /// <param name="code">The piece.</param>
    /// <param name="result">Takes its value, where it has one.</param>
    Task RunAsync(string code, Action<object?> result);
}
