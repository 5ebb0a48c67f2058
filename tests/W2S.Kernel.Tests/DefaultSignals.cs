using System.Runtime.CompilerServices;
using W2S.Kernel.Jupyter;

namespace W2S.Kernel.Tests;

/// <summary>Programs that the tests start and interrupt meet SIGINT as at a terminal, though the tests may run in a
/// shell's background.</summary>
internal static class DefaultSignals
{
    [ModuleInitializer]
    internal static void Restore() => InterruptSignal.Restore();
}
