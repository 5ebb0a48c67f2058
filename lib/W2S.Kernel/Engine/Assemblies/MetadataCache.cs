using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using W2S.Kernel.Engine.Editing;

namespace W2S.Kernel.Engine.Assemblies;

/// <summary>Reads each assembly's metadata once a process: sessions share what the compiler learnt from it.</summary>
internal static class MetadataCache
{
    private static readonly ConcurrentDictionary<string, PortableExecutableReference> Known =
        new(StringComparer.Ordinal);

    public static PortableExecutableReference For(string path) => Known.GetOrAdd(path, static path =>
    {
        var documentation = Path.ChangeExtension(path, ".xml");
        return MetadataReference.CreateFromFile(
            path,
            documentation: File.Exists(documentation) ? XmlDocumentationProvider.CreateFromFile(documentation)
                : FrameworkDocumentation.For(path));
    });
}
