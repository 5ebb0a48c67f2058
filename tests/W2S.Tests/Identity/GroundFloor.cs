using Microsoft.CodeAnalysis;

namespace W2S.Tests.Identity;

/// <summary>What no number depends on: runtime, devices, files, stores and reports. It changes without a
/// revision.</summary>
internal static class GroundFloor
{
    private static readonly HashSet<string> Names =
    [
        "TorchRuntime", "ProcessSettings", "TorchNative", "RevisionAttribute", "RunsOnAttribute",
        "CodeIdentity", "CompiledCode", "Devices", "DurableFile", "DataFolder", "SafeTensorsFile",
        "Fingerprint", "RunIdentity", "CheckpointStore", "CheckpointRecord",
        "TrainingProgress", "GridProgress", "LossCatalogue", "LossEntry", "Experiment", "RecordJson",
        "RunContext", "RunResult", "RunOutcome", "RunPoint", "RunStore", "RunFile",
        "RunMachine", "Grid", "GridWork", "Claim", "ClaimHolder", "ClaimState", "RunFailure", "RunLengths", "Sweep",
        "SweepRun", "Option",
    ];

    /// <summary>Whether a type, or the one around it, is one of those; every exception is.</summary>
    public static bool Holds(INamedTypeSymbol type)
    {
        for (var up = type; up is not null; up = up.BaseType)
            if (up.Name == nameof(Exception)) return true;
        return Names.Contains(type.Name) || (type.ContainingType is { } outer && Holds(outer));
    }
}
