using W2S.Kernel.Tests.Repository;

namespace W2S.Kernel.Tests.Engine;

/// <summary>The built helper library with its charts, as notebooks refer to it by path.</summary>
internal static class LibraryFolder
{
    public static string Path
    {
        get
        {
            var path = RepositoryRoot.Combine("lib", "W2S.Charts", "bin");
            Assert.SkipUnless(File.Exists(System.IO.Path.Combine(path, "W2S.dll")),
                "lib/W2S.Charts is not built; run ./w2s build");
            return path;
        }
    }

    public static string Dll(string name) => System.IO.Path.Combine(Path, name + ".dll").Replace('\\', '/');
}
