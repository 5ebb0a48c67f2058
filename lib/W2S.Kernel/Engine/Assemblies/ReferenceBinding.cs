using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace W2S.Kernel.Engine.Assemblies;

/// <summary>Binds compilations to the assemblies that they refer to: one at a time in the process.</summary>
/// <remarks>
/// A compilation that binds its references takes the symbols that another has made for the same assemblies, if that one
/// is done; if not, it makes its own, and a type of the one is then no type of the other. So whatever is compiled here,
/// for a cell, for an editor or to warm up, comes through this gate before its first symbol is asked for. Only the
/// binding is held up, which takes milliseconds; the rest of a compilation goes on beside others.
/// </remarks>
internal static class ReferenceBinding
{
    private static readonly SemaphoreSlim Turn = new(1, 1);

    /// <summary>Binds a compilation.</summary>
    /// <returns>The same compilation.</returns>
    public static CSharpCompilation Bind(CSharpCompilation compilation)
    {
        Turn.Wait();
        try
        {
            _ = compilation.Assembly; // asking for it binds the references
            return compilation;
        }
        finally
        {
            Turn.Release();
        }
    }

    /// <summary>Binds a project of an editor and those that it builds on.</summary>
    public static async Task BindAsync(Project project, CancellationToken stop)
    {
        await Turn.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            _ = (await project.GetCompilationAsync(stop).ConfigureAwait(false))?.Assembly;
        }
        finally
        {
            Turn.Release();
        }
    }
}
