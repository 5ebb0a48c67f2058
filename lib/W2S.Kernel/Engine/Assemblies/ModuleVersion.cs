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

    /// <summary>The simple names of the assemblies that one refers to; none where the file is no .NET
    /// assembly.</summary>
    public static IReadOnlyList<string> References(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        if (!file.HasMetadata) return [];
        var metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(
            handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }
}
