using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace W2S.Kernel.Tests.Notebooks;

/// <summary>plotly.js as the built library brings it: an embedded resource of Plotly.NET, read without loading the
/// assembly.</summary>
internal static class RealPlotly
{
    public static string? Script()
    {
        var library = Path.Combine(Repository.Root, "lib", "W2S.Charts", "bin", "Plotly.NET.dll");
        if (!File.Exists(library))
            return null;
        using var image = new PEReader(File.OpenRead(library));
        var metadata = image.GetMetadataReader();
        foreach (var handle in metadata.ManifestResources)
        {
            var resource = metadata.GetManifestResource(handle);
            if (!metadata.GetString(resource.Name).EndsWith(".min.js", StringComparison.Ordinal))
                continue;
            var section = image.GetSectionData(image.PEHeaders.CorHeader!.ResourcesDirectory.RelativeVirtualAddress);
            var reader = section.GetReader((int)resource.Offset, section.Length - (int)resource.Offset);
            return System.Text.Encoding.UTF8.GetString(reader.ReadBytes(reader.ReadInt32()));
        }
        return null;
    }
}
