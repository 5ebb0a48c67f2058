using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using W2S.Torch;

namespace W2S.Tests.Torch;

public sealed class TorchRuntimeTests
{
    [Fact]
    public void VersionsAreThoseOfThePackages()
    {
        var versions = TorchRuntime.Versions;
        Assert.Contains("TorchSharp 0.107.0 · libtorch 2.10.0 · .NET 10.", versions);
        Assert.DoesNotContain("\n", versions);
    }

    [Fact]
    public void TheNativesLieBesideTheLibrary()
    {
        TorchRuntime.Start();
        TorchRuntime.Start();
        var folder = Path.GetDirectoryName(typeof(TorchRuntime).Assembly.Location)!;
        Assert.Equal(["c10", "torch_cpu", "torch", "LibTorchSharp"],
            TorchRuntime.NativeFiles.Select(
                file => Path.GetFileNameWithoutExtension(file)[(OperatingSystem.IsWindows() ? 0 : 3)..]));
        Assert.All(TorchRuntime.NativeFiles, file => Assert.Equal(folder, Path.GetDirectoryName(file)));
    }

    [Theory]
    [InlineData("/lib/x86_64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by "
        + "/a/libLibTorchSharp.so)",
        "this system's C++ runtime is too old for libLibTorchSharp.so, which asks for GLIBCXX_3.4.32: install "
        + "libstdc++ of GCC 13 or newer")]
    [InlineData("Unable to load shared library '/a/libLibTorchSharp.so' or one of its "
        + "dependencies.\nlibgomp-98b21ff3.so.1: cannot open shared object file: No such file or directory",
        "libLibTorchSharp.so needs libgomp-98b21ff3.so.1, which this system lacks: install it, or run ./w2s build")]
    [InlineData("x\n/a/libLibTorchSharp.so: file too short",
        "/a/libLibTorchSharp.so cannot be loaded (/a/libLibTorchSharp.so: file too short): delete /a and run ./w2s "
        + "build")]
    public void AFailureIsOneLineWithTheCure(string report, string line) =>
        Assert.Equal(line, TorchRuntime.Explain("/a/libLibTorchSharp.so", report));

    [Fact]
    public void ADamagedLibraryIsNamed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the file names are those of Linux");
        var folder = Directory.CreateTempSubdirectory("w2s-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "libc10.so"), "no library");
            var error = Assert.Throws<DllNotFoundException>(() => TorchRuntime.LoadFrom([folder.FullName]));
            Assert.StartsWith(Path.Combine(folder.FullName, "libc10.so"), error.Message);
            Assert.EndsWith("run ./w2s build", error.Message);
            Assert.DoesNotContain("\n", error.Message);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // A second copy of the library, not yet used, in a context of its own: what its types do when they are touched
    // shows in the process.
    [Fact]
    public void TouchingATypeChangesNoEnvironmentVariableAndLoadsNothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the C library's variables are read as on Linux");
        const string variable = "GOMP_SPINCOUNT";
        var before = Variable();
        Assert.Equal(0, unsetenv(variable));
        var context = new AssemblyLoadContext("another copy of the library", isCollectible: false);
        try
        {
            var copy = context.LoadFromAssemblyPath(typeof(TorchRuntime).Assembly.Location);
            Assert.NotSame(typeof(TorchRuntime), copy.GetType(typeof(TorchRuntime).FullName!));
            var derive =
                copy.GetType(typeof(Seeds).FullName!)!.GetMethod(nameof(Seeds.Derive), [typeof(long), typeof(long)])!;

            Assert.Equal(Seeds.Derive(1, 2), derive.Invoke(null, [1L, 2L]));

            Assert.Null(Variable());
            Assert.Empty((IReadOnlyList<string>)copy.GetType(typeof(TorchRuntime).FullName!)!
                .GetProperty(nameof(TorchRuntime.NativeFiles),
                    BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!);
        }
        finally
        {
            if (before is not null) _ = setenv(variable, before, 1);
        }

        static string? Variable() => Marshal.PtrToStringUTF8(getenv(variable));
    }

    [Fact]
    public void StartingTwiceFromManyThreadsLoadsOnce()
    {
        TorchRuntime.Start();
        var files = TorchRuntime.NativeFiles;
        Parallel.For(0, 8, _ => TorchRuntime.Start());
        Assert.Equal(files, TorchRuntime.NativeFiles);
    }

    [DllImport("libc", ExactSpelling = true)]
    private static extern nint getenv(string name);

    [DllImport("libc", ExactSpelling = true)]
    private static extern int setenv(string name, string value, int overwrite);

    [DllImport("libc", ExactSpelling = true)]
    private static extern int unsetenv(string name);

    [Fact]
    public void AFolderWithoutNativesLeavesThemToTorchSharp() =>
        Assert.Empty(TorchRuntime.LoadFrom([Path.Combine(Path.GetTempPath(), "w2s-nowhere")]));
}
