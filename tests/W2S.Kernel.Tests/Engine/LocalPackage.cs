using System.IO.Compression;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace W2S.Kernel.Tests.Engine;

/// <summary>Makes small packages, so that restores can be tested without a registry.</summary>
internal static class LocalPackage
{
    public static void Create(string feed, string id, string version, params (string Id, string Version)[] needs)
    {
        Create(feed, id, version, needs, $"lib/net8.0/{id}.dll",
            $"public static class {id.Replace(".", "")} {{ public static string Version => \"{version}\"; }}", null);
    }

    /// <summary>Makes one that adds the magic <c>#!greet</c> to the kernel, and runs a script.</summary>
    public static void CreateExtension(string feed, string id, string version, string script) =>
        Create(feed, id, version, [], $"interactive-extensions/dotnet/{id}.dll", """
            using System.Threading.Tasks;
            using Microsoft.DotNet.Interactive;
            using Microsoft.DotNet.Interactive.Directives;
            public sealed class Greeting : IKernelExtension
            {
                public Task OnLoadAsync(Kernel kernel)
                {
                    kernel.AddDirective(new KernelActionDirective("#!greet"), (_, context) =>
                    {
                        context.Display("greeted");
                        return Task.CompletedTask;
                    });
                    return Task.CompletedTask;
                }
            }
            """, script);

    private static void Create(string feed, string id, string version, (string Id, string Version)[] needs, string file,
        string code, string? script)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path));
        using var package = ZipFile.Open(Path.Combine(feed, $"{id}.{version}.nupkg"), ZipArchiveMode.Create);
        using (var library = package.CreateEntry(file).Open())
        {
            using var image = new MemoryStream();
            Assert.True(
                CSharpCompilation.Create(id, [CSharpSyntaxTree.ParseText(code)], references,
                    new(OutputKind.DynamicallyLinkedLibrary)).Emit(image).Success);
            image.Position = 0;
            image.CopyTo(library);
        }
        if (script is not null)
        {
            var entry = package.CreateEntry("interactive-extensions/dotnet/extension.dib");
            using var text = new StreamWriter(entry.Open());
            text.Write(script);
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
