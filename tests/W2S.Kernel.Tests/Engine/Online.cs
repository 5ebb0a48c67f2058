namespace W2S.Kernel.Tests.Engine;

/// <summary>Skips what needs packages where they cannot be had.</summary>
internal static class Online
{
    /// <summary>Passes where the package is in this machine's package cache, so that no network is needed for
    /// it.</summary>
    public static void Require(string id, string version)
    {
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var folder = Path.Combine(cache, id.ToLowerInvariant(), version);
        Assert.SkipUnless(Directory.Exists(folder),
            $"{id} {version} is not in the package cache {cache}, and tests use no network");
    }
}
