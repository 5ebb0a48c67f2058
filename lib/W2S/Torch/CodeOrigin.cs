using System.Reflection;
using System.Runtime.CompilerServices;

namespace W2S.Torch;

/// <summary>Whose code an assembly holds.</summary>
internal enum CodeOrigin
{
    /// <summary>.NET's, or that of a package that this library is built on: told by the versions that a result
    /// names.</summary>
    Platform,

    /// <summary>This library's: told by revisions.</summary>
    Library,

    /// <summary>A package's that the reader has added: told by the file's own id.</summary>
    Package,

    /// <summary>The reader's: a notebook's cell, or an assembly that uses this library.</summary>
    Own,
}

/// <summary>Tells whose code an assembly holds.</summary>
internal static class CodeOrigins
{
    private static readonly ConditionalWeakTable<Assembly, object> Known = [];
    private static readonly Assembly Library = typeof(CodeOrigins).Assembly;
    private static readonly string Framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
    private static readonly Lazy<HashSet<string>> Below = new(Dependencies);

    public static CodeOrigin Of(Assembly assembly) => (CodeOrigin)Known.GetValue(assembly, one => Tell(one));

    private static CodeOrigin Tell(Assembly assembly)
    {
        if (assembly == Library) return CodeOrigin.Library;
        if (Below.Value.Contains(assembly.GetName().Name!)) return CodeOrigin.Platform;
        if (assembly.IsDynamic || assembly.Location.Length == 0) return CodeOrigin.Own;
        if (Path.GetDirectoryName(assembly.Location) == Framework) return CodeOrigin.Platform;
        return assembly.GetReferencedAssemblies().Any(one => one.Name == Library.GetName().Name) ? CodeOrigin.Own
            : CodeOrigin.Package;
    }

    // By name: a script host may have loaded them from bytes, without a file.
    private static HashSet<string> Dependencies()
    {
        var names =
            new HashSet<string>(
                Library.GetReferencedAssemblies().Select(one => one.Name!)) { "System.Private.CoreLib" };
        foreach (var loaded in AppDomain.CurrentDomain.GetAssemblies().Where(
            one => !one.IsDynamic && names.Contains(one.GetName().Name!)))
            names.UnionWith(loaded.GetReferencedAssemblies().Select(one => one.Name!));
        return names;
    }
}
