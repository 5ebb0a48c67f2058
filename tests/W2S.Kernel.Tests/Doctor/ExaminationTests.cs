using W2S.Kernel.Doctor;
using W2S.Kernel.Jupyter;
using W2S.Kernel.Tests.Notebooks;

namespace W2S.Kernel.Tests.Doctor;

public sealed class ExaminationTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("10.0.100", FindingState.Good)]
    [InlineData("9.0.304", FindingState.Broken)]
    [InlineData(null, FindingState.Broken)]
    internal void TheSdkMustBeOfVersion10(string? version, FindingState state) =>
        Expect(state, Examination.Sdk(version), state == FindingState.Good ? "" : "dot.net/download");

    [Fact]
    public void AnOlderCppRuntimeIsSaidWithWhatIsDoneAboutIt()
    {
        Expect(FindingState.Good, Examination.CppRuntime(folder.File("new", "\0GLIBCXX_3.4.32\0")), "");
        Expect(FindingState.Missing, Examination.CppRuntime(folder.File("old", "\0GLIBCXX_3.4.30\0")), "do without");
        Expect(FindingState.Broken, Examination.CppRuntime(null), "libstdc++6");
    }

    [Fact]
    public void ALibraryThatIsNotBuiltOrDoesNotLoadIsBroken()
    {
        var examination = new Examination(folder.Path);
        Expect(FindingState.Broken, examination.Libtorch(), "./w2s build");
        Directory.CreateDirectory(folder.File("lib/W2S.Charts/bin"));
        folder.File("lib/W2S.Charts/bin/libLibTorchSharp.so", "no library");
        folder.File("lib/W2S.Charts/bin/libLibTorchSharp.dylib", "no library");
        folder.File("lib/W2S.Charts/bin/LibTorchSharp.dll", "no library");
        Expect(FindingState.Broken, examination.Libtorch(), "./w2s build");
    }

    [Fact]
    public void AGpuNeedsALibtorchForIt()
    {
        var examination = new Examination(folder.Path);
        Expect(FindingState.Good, examination.Device(null), "");
        var found = examination.Device("NVIDIA H200, 570.1\n");
        Expect(FindingState.Missing, found, "./w2s build --cuda");
        Directory.CreateDirectory(folder.File("lib/W2S.Charts/bin"));
        Assert.StartsWith("NVIDIA H200, driver 570.1; ", found.Text);
        folder.File("lib/W2S.Charts/bin/libtorch_cuda.so", "");
        Expect(FindingState.Good, examination.Device("NVIDIA H200, 570.1"), "");
    }

    [Fact]
    public void TheKernelIsThisProjectsOwn()
    {
        Expect(FindingState.Missing, Examination.Kernel([]), "./w2s kernel install");
        var spec = new KernelSpec(".net-csharp", "/k", ".NET (C#)", IsOurs: false);
        Expect(FindingState.Missing, Examination.Kernel([spec]), "./w2s kernel install");
        Expect(FindingState.Good, Examination.Kernel([spec with { IsOurs = true }]), "");
    }

    [Fact]
    public void DataThatWereFetchedAreNamed()
    {
        Expect(FindingState.Missing, Examination.Data(Path.Combine(folder.Path, "none")), "./w2s data");
        Directory.CreateDirectory(folder.File("data/eurosat"));
        Directory.CreateDirectory(folder.File("data/.cache"));
        Assert.EndsWith("data: eurosat", Examination.Data(Path.Combine(folder.Path, "data")).Text);
    }

    private static void Expect(FindingState state, Finding finding, string cure)
    {
        Assert.Equal(state, finding.State);
        if (cure.Length == 0) Assert.Null(finding.Cure);
        else Assert.Contains(cure, finding.Cure);
    }
}
