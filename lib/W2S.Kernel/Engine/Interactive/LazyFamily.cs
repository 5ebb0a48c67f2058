using System.Reflection;
using W2S.Kernel.Engine.Assemblies;
using W2S.Kernel.Engine.Cells;

namespace W2S.Kernel.Engine.Interactive;

/// <summary>The session's <see cref="KernelFamily"/>, made with its libraries when something first needs it.</summary>
/// <param name="references">What cells refer to: a library among it may need a family.</param>
/// <param name="make">Makes it.</param>
internal sealed class LazyFamily(ReferenceSet references, Func<KernelFamily> make) : IDisposable
{
    private readonly Lazy<KernelFamily> family = new(make);

    /// <summary>The magics that extensions have added, with what each is for.</summary>
    public IEnumerable<(string Name, string Text)> Magics => family.IsValueCreated ? family.Value.Magics : [];

    /// <summary>True for the name of a kernel besides the engine's languages.</summary>
    public bool HasKernel(string name) =>
        Languages.IsOther(name) || family.IsValueCreated && family.Value.HasKernel(name);

    /// <summary>True for a magic that the family carries out.</summary>
    public bool HasMagic(CellPart part) => part.Command is "share" or "set"
        || family.IsValueCreated && family.Value.HasMagic(part.Command!, part.Language);

    /// <summary>Runs a part of a cell, in the family where there is one or it needs one.</summary>
    /// <param name="language">The part's language.</param>
    /// <param name="needed">True where its code speaks of the family's library.</param>
    /// <param name="cell">The cell that runs.</param>
    /// <param name="work">Runs the part.</param>
    public Task RunAsync(string language, bool needed, CellContext cell, Func<Task> work) =>
        needed || references.NeedsInteractive || family.IsValueCreated
            ? family.Value.RunAsync(language, work, cell.Token)
            : work();

    /// <summary>Has the family run lines as they are.</summary>
    /// <param name="part">The part that they are.</param>
    /// <param name="text">The lines.</param>
    /// <param name="source">Where they stand.</param>
    /// <param name="cell">The cell that runs.</param>
    /// <exception cref="CellFailure">They failed.</exception>
    public async Task SubmitAsync(CellPart part, string text, CellSource source, CellContext cell)
    {
        try
        {
            await family.Value.SubmitAsync(text, part.Language, cell.Token).ConfigureAwait(false);
        }
        catch (InvalidOperationException failure)
        {
            throw CellFailure.At(source, part.Line, "MagicError", failure.Message.ReplaceLineEndings(" "));
        }
    }

    /// <summary>Loads the extensions in an assembly.</summary>
    public Task ExtendAsync(Assembly assembly, CellContext cell) => family.Value.ExtendAsync(assembly, cell.Token);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (family.IsValueCreated) family.Value.Dispose();
    }
}
