using System.IO.Compression;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace W2S.Kernel.Tests.Engine;

/// <summary>Makes small packages, so that restores can be tested without a registry.</summary>
internal static class LocalPackage
{
    public static void Create(string feed, string id, string version, params (string Id, string Version)[] needs)
    {
        var code = $"public static class {id.Replace(".", "")} {{ public static string Version => \"{version}\"; }}";
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path));
        using var package = ZipFile.Open(Path.Combine(feed, $"{id}.{version}.nupkg"), ZipArchiveMode.Create);
        using (var library = package.CreateEntry($"lib/net8.0/{id}.dll").Open())
        {
            using var image = new MemoryStream();
            Assert.True(
                CSharpCompilation.Create(id, [CSharpSyntaxTree.ParseText(code)], references,
                    new(OutputKind.DynamicallyLinkedLibrary)).Emit(image).Success);
            image.Position = 0;
            image.CopyTo(library);
        }
        using var manifest = new StreamWriter(package.CreateEntry($"{id}.nuspec").Open());
        var dependencies =
            string.Concat(needs.Select(need => $"<dependency id=\"{need.Id}\" version=\"[{need.Version}]\" />"));
        manifest.Write($"""
            <package><metadata><id>{id}</id><version>{version}</version>
            <authors>test</authors><description>test</description>
            <dependencies><group targetFramework="net8.0">{dependencies}</group></dependencies></metadata></package>
            """);
    }
}
