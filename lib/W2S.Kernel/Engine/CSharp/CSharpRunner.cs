using Microsoft.CodeAnalysis.CSharp;
using W2S.Kernel.Engine.Assemblies;
using W2S.Kernel.Engine.Cells;

namespace W2S.Kernel.Engine.CSharp;

/// <summary>The C# side of a session: pieces of code that see what the pieces before them declared.</summary>
internal sealed class CSharpRunner
{
    private readonly SubmissionCompiler compiler;
    private object?[] states = new object?[16];
    private int used;

    public CSharpRunner(ReferenceSet references) => compiler = new SubmissionCompiler(references);

    /// <summary>The latest piece, on which the next one builds.</summary>
    public CSharpCompilation? Latest { get; private set; }

    /// <summary>Compiles a piece; nothing changes where that fails.</summary>
    /// <exception cref="CellFailure">It does not compile.</exception>
    public Submission Compile(string code, CellSource source) => compiler.Compile(code, source, Latest);

    /// <summary>Starts a piece. Its variables stay, also where it fails later.</summary>
    public Task<object?> Start(Submission submission)
    {
        // each piece knows its slot, which is at most its number plus 1: slot 0 is for a host object, of which there is none
        if (++used + 1 >= states.Length) Array.Resize(ref states, states.Length * 2);
        Latest = submission.Compilation;
        return submission.Start?.Invoke(states) ?? Task.FromResult<object?>(null);
    }
}
