using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace W2S.Kernel.Engine.Assemblies;

/// <summary>Reads what an assembly file says about itself without loading it.</summary>
internal static class ModuleVersion
{
    /// <summary>The identifier that each build of a module gets.</summary>
    public static Guid Of(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var metadata = file.GetMetadataReader();
        return metadata.GetGuid(metadata.GetModuleDefinition().Mvid);
    }

    /// <summary>True where an assembly's code uses a member of another: to import a type is not to use it.</summary>
    /// <param name="image">The assembly.</param>
    /// <param name="assembly">The other's simple name.</param>
    public static bool Uses(Stream image, string assembly)
    {
        image.Position = 0;
        using var file = new PEReader(image, PEStreamOptions.LeaveOpen);
        var metadata = file.GetMetadataReader();
        foreach (var handle in metadata.MemberReferences) // no query: its types would be compiled at run time
        {
            var parent = metadata.GetMemberReference(handle).Parent;
            if (parent.Kind != HandleKind.TypeReference) continue;
            var scope = metadata.GetTypeReference((TypeReferenceHandle)parent).ResolutionScope;
            if (scope.Kind == HandleKind.AssemblyReference && metadata.StringComparer.Equals(
                metadata.GetAssemblyReference((AssemblyReferenceHandle)scope).Name, assembly)) return true;
        }
        return false;
    }

    /// <summary>The simple names of the assemblies that one refers to; none where the file is no .NET
    /// assembly.</summary>
    public static IReadOnlyList<string> References(string path) => References(path, out _);

    /// <inheritdoc cref="References(string)"/>
    /// <param name="path">The assembly's file.</param>
    /// <param name="declares">True where it has a public type of its own.</param>
    public static IReadOnlyList<string> References(string path, out bool declares)
    {
        declares = false;
        using var file = new PEReader(File.OpenRead(path));
        if (!file.HasMetadata) return [];
        var metadata = file.GetMetadataReader();
        foreach (var handle in metadata.TypeDefinitions) // no query: its types would be compiled at run time
        {
            declares = (metadata.GetTypeDefinition(handle).Attributes & TypeAttributes.VisibilityMask)
                == TypeAttributes.Public;
            if (declares) break;
        }
        return [.. metadata.AssemblyReferences.Select(
            handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }
}
