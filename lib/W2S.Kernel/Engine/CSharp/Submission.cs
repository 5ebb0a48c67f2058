using Microsoft.CodeAnalysis.CSharp;
using W2S.Kernel.Engine.Cells;

namespace W2S.Kernel.Engine.CSharp;

/// <summary>One piece of C# that compiled and is loaded, ready to run.</summary>
/// <param name="Code">Its text.</param>
/// <param name="Compilation">What later pieces build on.</param>
/// <param name="Start">Runs it, given the states of the earlier pieces and a free slot at the end; null where there is
/// nothing to run.</param>
/// <param name="HasResult">True where its last expression, or what it returns, is to be shown.</param>
internal sealed record Submission(string Code, CSharpCompilation Compilation, Func<object?[], Task<object?>>? Start,
    bool HasResult)
{
    /// <summary>True where it speaks of Microsoft.DotNet.Interactive.</summary>
    public bool NeedsFamily { get; init; }
}

/// <summary>A piece of source as it was compiled: what a line of a stack trace leads back to.</summary>
internal sealed record CheckedSource(CellSource Source, CheckedCode Code);
