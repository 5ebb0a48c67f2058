namespace W2S.Torch;

/// <summary>Names what a type's numbers are made by beside its own code, for instance a trainer: their revisions count
/// as its own does.</summary>
/// <param name="engines">Types of the library; an interface stands for all that implement it.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = true)]
internal sealed class RunsOnAttribute(params Type[] engines) : Attribute
{
    /// <summary>The types named.</summary>
    public IReadOnlyList<Type> Engines { get; } = engines;
}
