using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using Microsoft.CodeAnalysis;
using W2S.Kernel.Engine.Editing;

namespace W2S.Kernel.Engine.Assemblies;

/// <summary>Reads each assembly's metadata once a process: sessions share what the compiler learnt from it.</summary>
internal static class MetadataCache
{
    private static readonly ConcurrentDictionary<string, PortableExecutableReference> Known =
        new(StringComparer.Ordinal);
    private static readonly ConcurrentBag<PEReader> Changed = []; // their memory is what references read

    public static PortableExecutableReference For(string path) => Known.GetOrAdd(path, static path =>
    {
        var file = Path.ChangeExtension(path, ".xml");
        DocumentationProvider? documentation = File.Exists(file) ? XmlDocumentationProvider.CreateFromFile(file)
            : FrameworkDocumentation.For(path);
        // The library's own Display methods show one object and return another, whose Update reaches nothing; cells
        // have the engine's in their place.
        return (path == typeof(Microsoft.DotNet.Interactive.Formatting.Formatter).Assembly.Location
            ? Without(path, "System", "DisplayExtensions") : Metadata(path))
            .GetReference(documentation, filePath: path);
    });

    // Of an assembly's file the compiler needs no code, which is most of it; CreateFromFile keeps all in memory.
    private static AssemblyMetadata Metadata(string path) => AssemblyMetadata.Create(
        ModuleMetadata.CreateFromStream(File.OpenRead(path), PEStreamOptions.PrefetchMetadata));

    // An assembly with one of its public types marked as its own.
    private static unsafe AssemblyMetadata Without(string path, string space, string name)
    {
        var file = new PEReader(File.OpenRead(path), PEStreamOptions.PrefetchMetadata);
        var metadata = file.GetMetadataReader();
        foreach (var type in metadata.TypeDefinitions) // no query: its types would be compiled at run time
        {
            if (!metadata.StringComparer.Equals(metadata.GetTypeDefinition(type).Name, name)
                || !metadata.StringComparer.Equals(metadata.GetTypeDefinition(type).Namespace, space)) continue;
            var row = metadata.GetTableMetadataOffset(TableIndex.TypeDef)
                + ((MetadataTokens.GetRowNumber(type) - 1) * metadata.GetTableRowSize(TableIndex.TypeDef));
            // a row begins with its attributes
            metadata.MetadataPointer[row] &= unchecked((byte)~TypeAttributes.VisibilityMask);
        }
        Changed.Add(file);
        return AssemblyMetadata.Create(
            ModuleMetadata.CreateFromMetadata((nint)metadata.MetadataPointer, metadata.MetadataLength));
    }
}
