using TorchSharp;
using W2S.Torch;

namespace W2S.Tests.Torch;

[Collection(ProcessWide.Name)]
public sealed class DevicesTests
{
    [Fact]
    public void BestSaysWhichAndWhy()
    {
        var best = Devices.Best();
        var expected = torch.cuda.is_available() ? "CUDA" : best.Device.type == DeviceType.MPS ? "MPS" : "CPU with";
        Assert.StartsWith(expected, best.Reason);
        if (best.Device.type == DeviceType.CPU)
            Assert.Matches("built without CUDA|no MPS", best.Reason);
    }

    [Fact]
    public void ThreadsAreSettableAndStay()
    {
        var before = Devices.UseThreads();
        try
        {
            Assert.Equal(1, Devices.UseThreads(1));
            Assert.Equal(1, Devices.UseThreads());
            Assert.Equal(1, torch.get_num_threads());
            Assert.Throws<ArgumentOutOfRangeException>(() => Devices.UseThreads(0));
        }
        finally
        {
            Devices.UseThreads(before);
        }
    }

    [Fact]
    public void WorkDoneAloneKeepsItsOneThread()
    {
        var before = Devices.UseThreads();
        try
        {
            Assert.Equal(2, Devices.UseThreads(2));
            using (Devices.OneThread())
            {
                using (Devices.OneThread()) Assert.Equal(1, torch.get_num_threads());
                Assert.Equal(1, Devices.UseThreads());
                Assert.Equal(1, Devices.UseThreads(2));
                Assert.Equal(1, torch.get_num_threads());
            }
            Assert.Equal(2, torch.get_num_threads());
        }
        finally
        {
            Devices.UseThreads(before);
        }
    }

    [Fact]
    public void TheProcessorKnowsOfBFloat16WhatLinuxSaysOfIt()
    {
        const string list = "/proc/cpuinfo";
        Assert.SkipUnless(File.Exists(list) && System.Runtime.Intrinsics.X86.X86Base.IsSupported,
            $"no {list} of an x86 processor");
        var flags = File.ReadLines(list).First(line => line.StartsWith("flags", StringComparison.Ordinal)).Split(' ');
        Assert.Equal(flags.Contains("avx512_bf16") || flags.Contains("amx_bf16"), Devices.MultipliesBFloat16 == true);
    }

    [Fact]
    public void TwoThreadsOfACoreCountOnce()
    {
        var folder = Directory.CreateTempSubdirectory("w2s-cores-");
        try
        {
            foreach (var (cpu, siblings) in new[] { ("cpu0", "0,2"), ("cpu1", "1,3"), ("cpu2", "0,2"),
                ("cpu3", "1,3") })
            {
                var topology = folder.CreateSubdirectory($"{cpu}/topology");
                File.WriteAllText(Path.Combine(topology.FullName, "thread_siblings_list"), siblings + "\n");
            }
            folder.CreateSubdirectory("cpufreq");
            Assert.Equal(2, Devices.PhysicalCores(folder.FullName));
            Assert.Null(Devices.PhysicalCores(Path.Combine(folder.FullName, "none")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
