using System.Globalization;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Tests.Torch;

[Collection(ProcessWide.Name)]
public sealed class ProcessSettingsTests
{
    [Fact]
    public void FreedMemoryStaysWithTheHeapUntilItIsGivenBack()
    {
        TorchRuntime.Start();
        Assert.SkipUnless(ProcessSettings.KeepsFreedMemory, "only Linux with glibc has something to set");
        ProcessSettings.GiveBack(); // what other tests left would be used again
        var before = Resident();
        var blocks = Enumerable.Range(0, 64).Select(_ => ones(2 * 1024 * 1024)).ToArray(); // 64 × 8 MiB
        Array.ForEach(blocks, block => block.Dispose());

        var kept = Resident();
        ProcessSettings.GiveBack();
        var left = Resident();

        Assert.True(kept > before + 300, $"the heap gave back by itself: {before} MiB before, {kept} after");
        Assert.True(left < kept - 300, $"nothing was given back: {kept} MiB, then {left}");
    }

    private static long Resident() => long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmRSS", StringComparison.Ordinal))
            .Split(':')[1].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1024;
}
