using System.Reflection;
using Microsoft.CodeAnalysis.CSharp;
using W2S.Kernel.Engine.Assemblies;
using W2S.Kernel.Engine.Cells;
using W2S.Kernel.Engine.Editing;
using W2S.Kernel.Engine.Variables;

namespace W2S.Kernel.Engine.CSharp;

/// <summary>The C# side of a session: pieces of code that see what the pieces before them declared.</summary>
internal sealed class CSharpRunner : IDisposable
{
    private readonly SubmissionCompiler compiler;
    private object?[] states = new object?[16];
    private CSharpCompilation? latest;
    private int used;

    public CSharpRunner(ReferenceSet references)
    {
        compiler = new SubmissionCompiler(references);
        Editor = new EditorWorkspace(references, compiler.Namespaces);
    }

    /// <summary>The pieces as an editor sees them.</summary>
    public EditorWorkspace Editor { get; }

    /// <summary>The variables that cells have declared, those declared again once.</summary>
    public IEnumerable<Variable> Variables =>
        states.Where(state => state is not null)
            .SelectMany(
                state => state!.GetType().GetFields(
                    BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
                .Where(declared => !declared.Name.StartsWith('<')
                    && !declared.Name.StartsWith(UsingDeclarations.UnnamedPrefix, StringComparison.Ordinal))
                .Select(declared => new Variable(declared.Name, declared.FieldType, declared.GetValue(state))))
            .Reverse().DistinctBy(variable => variable.Name).Reverse();

    /// <summary>Compiles a piece; nothing changes where that fails.</summary>
    /// <exception cref="CellFailure">It does not compile.</exception>
    public Submission Compile(string code, CellSource source) => compiler.Compile(code, source, latest);

    /// <summary>Starts a piece. Its variables stay, also where it fails later.</summary>
    public Task<object?> Start(Submission submission)
    {
        // each piece knows its slot, which is at most its number plus 1: slot 0 is for a host object, of which there is
        // none
        if (++used + 1 >= states.Length) Array.Resize(ref states, states.Length * 2);
        latest = submission.Compilation;
        Editor.Add(submission.Code);
        return submission.Start?.Invoke(states) ?? Task.FromResult<object?>(null);
    }

    /// <inheritdoc/>
    public void Dispose() => Editor.Dispose();
}
