using Microsoft.CodeAnalysis;
using W2S.Data.Batches;
using W2S.Data.Shapes;
using W2S.Data.Views;
using W2S.Experiments;
using W2S.Experiments.FewShot;
using W2S.Experiments.LabelChoice;
using W2S.Losses.Distillation;
using W2S.Losses.NoisyLabels;
using W2S.Losses.WeakToStrong;
using W2S.Runs;
using W2S.Selection;
using W2S.Torch;

namespace W2S.Tests.Identity;

/// <summary>What no number depends on: runtime, devices, files, stores and reports. It changes without a
/// revision.</summary>
internal static class GroundFloor
{
    private static readonly HashSet<string> Names =
    [
        "TorchRuntime", "ProcessSettings", "TorchVersions", "TorchNative", "RevisionAttribute", "RunsOnAttribute",
        "CodeIdentity", "CompiledCode", "Devices", "DeviceChoice", "DurableFile", "DataFolder", "SafeTensorsFile",
        "Lanes", "Heard", "Fingerprint", "RunIdentity", "TeacherKey", "CheckpointStore", "CheckpointRecord",
        "TrainingProgress", "GridProgress", "ProbeProgress", "LossCatalogue", "LossEntry", "Experiment", "IIdentified",
        "RecordJson", "RunContext", "RunResult", "RunOutcome", "RunPoint", "RunStore", "RunFile", "RunTable",
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
