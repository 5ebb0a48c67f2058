using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using W2S.Kernel.Engine.Assemblies;
using W2S.Kernel.Engine.CSharp;
using W2S.Kernel.Engine.Editing;
using W2S.Kernel.Engine.Script;
using W2S.Kernel.Engine.Variables;

namespace W2S.Kernel.Engine.Interactive;

/// <summary>C# as other kernels reach it.</summary>
/// <param name="csharp">Its pieces.</param>
/// <param name="references">What they compile against.</param>
/// <param name="run">Runs a piece within the cell that runs.</param>
internal sealed partial class CSharpLanguage(
    CSharpRunner csharp, ReferenceSet references, Func<string, Action<object?>, Task> run) : ILanguage
{
    /// <inheritdoc/>
    public IEnumerable<Variable> Variables => csharp.Variables;

    /// <inheritdoc/>
    public Task RunAsync(string code, Action<object?> result) => run(code, result);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Diagnostic>?> DiagnoseAsync(string code, CancellationToken stop) =>
        await CellDiagnostics.OfAsync(await csharp.Editor.OpenAsync(code, stop), stop);

    /// <inheritdoc/>
    public Task SetAsync(Variable variable)
    {
        if (!Identifier().IsMatch(variable.Name))
            throw new InvalidOperationException($"'{variable.Name}' is no name for a C# variable");
        var written = TypeNames.Complete(variable.Type);
        foreach (var assembly in AssembliesOf(variable.Type)) references.AddWithDependencies(assembly);
        return run($"{(written == "object" ? "dynamic" : written)} {variable.Name} = "
            + $"({written})global::{typeof(Exchange).FullName}.Take(\"{Exchange.Put(variable.Value)}\");", _ => { });
    }

    private static IEnumerable<string> AssembliesOf(Type type) =>
        type.GetGenericArguments().SelectMany(AssembliesOf)
            .Append(type.Assembly.IsDynamic ? "" : type.Assembly.Location).Where(path => path.Length > 0);

    [GeneratedRegex(@"^@?[\p{L}_][\p{L}\p{Nd}_]*$")]
    private static partial Regex Identifier();
}
