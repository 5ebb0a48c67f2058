namespace W2S.Kernel.Engine.Packages;

/// <summary>What a restore found out.</summary>
/// <param name="Packages">Every package, those included that others need.</param>
internal sealed record RestoredPackages(IReadOnlyList<RestoredPackage> Packages);

/// <summary>One restored package.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Assemblies">The files of the assemblies to load, absolute.</param>
/// <param name="Natives">The files of its native libraries, absolute.</param>
/// <param name="Extension">The folder of what it adds to the kernel; null for most.</param>
internal sealed record RestoredPackage(string Id, string Version, IReadOnlyList<string> Assemblies,
    IReadOnlyList<string> Natives, string? Extension);
