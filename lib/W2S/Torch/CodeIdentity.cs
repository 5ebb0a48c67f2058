using System.Reflection;
using System.Runtime.CompilerServices;

namespace W2S.Torch;

/// <summary>The code that decides a run's numbers, as lines that differ where the code does.</summary>
/// <remarks>
/// A type of this library counts by its <see cref="RevisionAttribute"/>, with its bases and what it
/// <see cref="RunsOnAttribute">runs on</see>;
/// revision 1 is not written. Any other type, for instance one that a notebook's cell defines, counts by its
/// <see cref="CompiledCode"/>.
/// </remarks>
internal sealed class CodeIdentity
{
    private static readonly ConditionalWeakTable<MemberInfo, CompiledCode> Read = [];
    private readonly SortedSet<string> lines = new(StringComparer.Ordinal);
    private readonly HashSet<MemberInfo> seen = [];

    /// <summary>For instance <c>Trainer, revision 2</c> and <c>MyLoss, code 0f3a…</c>; in the order of their
    /// letters.</summary>
    public IReadOnlyCollection<string> Lines => lines;

    /// <summary>Lines of another identity that this one stands on.</summary>
    public void Add(IEnumerable<string> others) => lines.UnionWith(others);

    /// <summary>The code of a type or of a function, for instance of a lambda expression, and of all that it
    /// uses.</summary>
    /// <returns>Its compiled code where it is none of the library's; else null.</returns>
    public CompiledCode? Add(MemberInfo member)
    {
        if (member is Type { IsConstructedGenericType: true } constructed)
            member = constructed.GetGenericTypeDefinition();
        switch (CodeOrigins.Of(member.Module.Assembly))
        {
            case CodeOrigin.Library when member is Type type:
                AddRevisions(type, type.Assembly);
                return null;
            case CodeOrigin.Own:
                var code = Read.GetValue(member, one => new CompiledCode(one));
                if (!seen.Add(member)) return code;
                lines.Add($"{CompiledNames.Plain(member.Name)}, code {code.Sum}");
                foreach (var type in code.Library) AddRevisions(type, type.Assembly);
                return code;
            default:
                return null;
        }
    }

    /// <summary>The revisions of a type, of its bases and of what they run on, as far as they are of one
    /// assembly.</summary>
    internal void AddRevisions(Type type, Assembly of)
    {
        for (var own = type; own is not null && own.Assembly == of; own = own.BaseType)
        {
            if (!seen.Add(own)) return;
            if (RevisionAttribute.Of(own) is > 1 and var number) lines.Add($"{own.Name}, revision {number}");
            foreach (var engine in own.GetCustomAttribute<RunsOnAttribute>(inherit: false)?.Engines ?? [])
                foreach (var one in engine.IsInterface ? of.GetTypes().Where(type => type.IsAssignableTo(engine))
                    : [engine]) AddRevisions(one, of);
        }
    }
}
