using System.Reflection;

namespace W2S.Torch;

/// <summary>Which revision of its code a type has that decides numbers: results of another revision are not read
/// back.</summary>
/// <remarks>
/// A type without the attribute has revision 1. Whoever changes what a loss, a model, a trainer or an experiment
/// computes gives it the
/// next number; a test compares the code with a fingerprint that stands beside each revision and fails where that was
/// forgotten.
/// </remarks>
/// <param name="number">2 or more; 1 is said by leaving the attribute away.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Interface | AttributeTargets.Enum,
    Inherited = false)]
internal sealed class RevisionAttribute(int number) : Attribute
{
    /// <summary>The revision.</summary>
    public int Number { get; } = number;

    /// <summary>The revision of a type.</summary>
    /// <param name="type">Any type.</param>
    /// <returns>1 where none is stated.</returns>
    public static int Of(Type type) => type.GetCustomAttribute<RevisionAttribute>(inherit: false)?.Number ?? 1;
}
