using System.Runtime.CompilerServices;
using W2S.Kernel.Engine.Packages;
using W2S.Kernel.Tests.Repository;

namespace W2S.Kernel.Tests.Engine;

/// <summary>Keeps what restores find out inside the checkout, away from the user's own cache.</summary>
internal static class TestCache
{
    [ModuleInitializer]
    internal static void Use() =>
        PackageRestorer.CacheFolder = RepositoryRoot.Combine("tests", "W2S.Kernel.Tests", "obj", "cache");
}
