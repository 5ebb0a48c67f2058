using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;

namespace W2S.Kernel.Engine.Assemblies;

/// <summary>Loads what cells refer to into the process, each assembly once.</summary>
/// <remarks>
/// Everything goes into the default load context, where the kernel's own assemblies are: one FSharp.Core and one set of
/// formatters for all. A dependency is looked up by its simple name among the files made known here, when it is needed.
/// </remarks>
internal static class AssemblyStore
{
    private static readonly ConcurrentDictionary<string, string> Known = new(StringComparer.OrdinalIgnoreCase);
    private static readonly ConcurrentDictionary<string, Guid> Loaded = new(StringComparer.OrdinalIgnoreCase);

    static AssemblyStore()
    {
        AssemblyLoadContext.Default.Resolving += (context, name) =>
            name.Name is { } simple && Known.TryGetValue(simple, out var path) ? context.LoadFromAssemblyPath(path)
                : null;
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => NativeStore.Load(name);
    }

    /// <summary>Makes a file known as the one to load for its name, unless another is already.</summary>
    /// <returns>The file that counts for this name.</returns>
    public static string Offer(string path)
    {
        var simple = Path.GetFileNameWithoutExtension(path);
        return PlatformAssemblies.Find(simple) ?? Known.GetOrAdd(simple, path);
    }

    /// <summary>The file that counts for an assembly's simple name, if one is known.</summary>
    public static string? Find(string simpleName) =>
        PlatformAssemblies.Find(simpleName) ?? Known.GetValueOrDefault(simpleName);

    /// <summary>Loads an assembly by its file.</summary>
    /// <exception cref="InvalidOperationException">Another assembly of that name is loaded, or the file has changed
    /// since.</exception>
    /// <exception cref="BadImageFormatException">The file is not a .NET assembly.</exception>
    public static Assembly Load(string path)
    {
        var name = NameOf(path);
        var counts = Offer(path);
        var wanted = ModuleVersion.Of(path);
        var loaded = AssemblyLoadContext.Default.LoadFromAssemblyName(new AssemblyName(name.Name!));
        // noted at loading: asked later, a module whose file was overwritten may give the new file's
        if (Loaded.GetOrAdd(name.Name!, _ => loaded.ManifestModule.ModuleVersionId) == wanted) return loaded;
        if (counts == path)
        {
            throw new InvalidOperationException(
                $"{Path.GetFileName(path)} has changed since it was loaded; restart the kernel to load it again");
        }
        if (loaded.GetName().Version < name.Version)
        {
            throw new InvalidOperationException(
                $"{name.Name} {name.Version} cannot be loaded: version {loaded.GetName().Version} already is, from "
                + $"{loaded.Location}; restart the kernel and load the newer one first");
        }
        return loaded;
    }

    private static AssemblyName NameOf(string path)
    {
        try
        {
            return AssemblyName.GetAssemblyName(path);
        }
        catch (BadImageFormatException failure)
        {
            throw new BadImageFormatException($"'{path}' is not a .NET assembly", failure);
        }
    }
}
