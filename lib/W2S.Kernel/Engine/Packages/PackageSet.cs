using W2S.Kernel.Engine.Assemblies;
using W2S.Kernel.Engine.Cells;

namespace W2S.Kernel.Engine.Packages;

/// <summary>The packages of a session, which must all go together.</summary>
internal sealed class PackageSet(ReferenceSet references)
{
    private readonly Dictionary<string, PackageRequest> requested = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, RestoredPackage> present = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> feeds = [];

    /// <summary>Adds a place to look for packages.</summary>
    public void AddFeed(string feed)
    {
        if (!feeds.Contains(feed)) feeds.Add(feed);
    }

    /// <summary>Restores packages and makes them usable.</summary>
    /// <param name="wanted">Those that a cell asks for.</param>
    /// <param name="folder">The folder whose NuGet configuration counts.</param>
    /// <param name="cell">The cell that asks, which shows how it goes.</param>
    /// <returns>Folders of extensions that came with them.</returns>
    /// <exception cref="InvalidOperationException">They cannot be had, or not together with those already
    /// here.</exception>
    public async Task<IReadOnlyList<string>> AddAsync(
        IReadOnlyList<PackageRequest> wanted, string folder, CellContext cell)
    {
        var all = new Dictionary<string, PackageRequest>(requested, StringComparer.OrdinalIgnoreCase);
        foreach (var request in wanted)
        {
            if (all.TryGetValue(request.Id, out var known) && request.Version is not null && known.Version is not null
                && known.Version != request.Version)
            {
                throw new InvalidOperationException(
                    $"{request} was asked for, but this session already has {known}; restart the kernel to change "
                    + "versions");
            }
            if (request.Version is { } exact && present.TryGetValue(request.Id, out var here) && IsExact(exact)
                && here.Version != exact)
            {
                throw new InvalidOperationException(
                    $"{request} was asked for, but this session already has {here.Id} {here.Version}; restart the "
                    + "kernel to change versions");
            }
            if (known?.Version is null)
                all[request.Id] = request.Version is null && present.TryGetValue(request.Id, out here)
                    ? request with { Version = here.Version } : request;
        }
        if (all.Count == requested.Count
            && all.All(pair => requested.TryGetValue(pair.Key, out var known) && known == pair.Value)) return [];

        var restored = await PackageRestorer.RestoreAsync([.. all.Values], feeds, folder, wanted, cell);
        foreach (var package in restored.Packages)
        {
            if (present.TryGetValue(package.Id, out var here) && here.Version != package.Version)
            {
                throw new InvalidOperationException(
                    $"{string.Join(" and ", wanted)} needs {package.Id} {package.Version}, but this session already "
                    + $"has {here.Version}; restart the kernel and ask for them together");
            }
        }
        var fresh = restored.Packages.Where(package => present.TryAdd(package.Id, package)).ToList();
        foreach (var file in fresh.SelectMany(package => package.Natives)) NativeStore.Offer(file);
        var assemblies = fresh.SelectMany(package => package.Assemblies).ToList();
        foreach (var file in assemblies) AssemblyStore.Offer(file);
        foreach (var file in assemblies) references.AddWithDependencies(file);
        foreach (var (id, request) in all) requested[id] = request;
        return [.. fresh.Select(package => package.Extension).OfType<string>()];
    }

    private static bool IsExact(string version) => version.IndexOfAny(['*', '[', '(', ',']) < 0;
}
