using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Microsoft.CodeAnalysis;

namespace W2S.Kernel.Engine.Assemblies;

/// <summary>The assemblies that a session's cells compile against.</summary>
internal sealed class ReferenceSet
{
    private readonly HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock gate = new();
    private ImmutableArray<MetadataReference> references = [];

    /// <summary>In the order in which they were added, those of every session first.</summary>
    public ImmutableArray<MetadataReference> References
    {
        get
        {
            lock (gate) return Begun();
        }
    }

    /// <summary>True once an assembly was added that speaks of the library of kernels.</summary>
    public bool NeedsInteractive { get; private set; }

    /// <summary>Adds an assembly with all that it needs from its own folder, and loads it.</summary>
    /// <param name="path">The assembly's file, absolute.</param>
    public void AddWithSiblings(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        NativeStore.OfferFolder(folder);
        foreach (var machine in RuntimeIdentifiers.All)
            NativeStore.OfferFolder(Path.Combine(folder, "runtimes", machine, "native"));
        foreach (var sibling in Directory.EnumerateFiles(folder, "*.dll"))
        {
            if (sibling != path) AssemblyStore.Offer(sibling);
        }
        AssemblyStore.Load(path);
        AddWithDependencies(path, [.. Listed(path)]);
    }

    /// <summary>Adds assemblies, and those of their dependencies that are known.</summary>
    public void AddWithDependencies(string path, params IEnumerable<string> more)
    {
        var open = new Queue<string>(more.Prepend(Path.GetFileNameWithoutExtension(path)));
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (open.TryDequeue(out var name))
        {
            if (!seen.Add(name) || AssemblyStore.Find(name) is not { } file) continue;
            Add(file);
            if (PlatformAssemblies.Find(name) is not null && name.StartsWith("System.", StringComparison.Ordinal))
                continue;
            foreach (var dependency in ModuleVersion.References(file))
            {
                NeedsInteractive |= dependency == PlatformAssemblies.Interactive;
                open.Enqueue(dependency);
            }
        }
    }

    private void Add(string path)
    {
        lock (gate)
        {
            references = Begun();
            if (names.Add(Path.GetFileNameWithoutExtension(path))) references = references.Add(MetadataCache.For(path));
        }
    }

    // They are many files: a session is there before it has read them.
    private ImmutableArray<MetadataReference> Begun()
    {
        if (references.IsEmpty)
        {
            var paths = PlatformAssemblies.DefaultReferences;
            foreach (var path in paths) names.Add(Path.GetFileNameWithoutExtension(path));
            references = [.. paths.Select(MetadataCache.For)];
        }
        return references;
    }

    // What the build wrote down as the assembly's run-time dependencies, where it did.
    private static IEnumerable<string> Listed(string path)
    {
        var file = Path.ChangeExtension(path, ".deps.json");
        if (!File.Exists(file)) yield break;
        var targets = JsonNode.Parse(File.ReadAllText(file))?["targets"]?.AsObject();
        foreach (var library in targets?.SelectMany(target => target.Value!.AsObject()) ?? [])
        {
            foreach (var (asset, _) in library.Value?["runtime"] as JsonObject ?? [])
            {
                yield return Path.GetFileNameWithoutExtension(asset);
            }
        }
    }
}
