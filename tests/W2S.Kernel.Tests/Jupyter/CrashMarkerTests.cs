using System.Diagnostics;
using W2S.Kernel.Jupyter;

namespace W2S.Kernel.Tests.Jupyter;

public sealed class CrashMarkerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("w2s-marker-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string? Next()
    {
        using var marker = new CrashMarker(folder, "book");
        return marker.Notice;
    }

    // What a kernel that died leaves behind: files in the name of a process that is no more.
    private void Leave(string note, string? error)
    {
        using var gone = Process.Start("dotnet", "--version")!;
        gone.WaitForExit();
        File.WriteAllText(Path.Combine(folder, $"book-{gone.Id}.json"), note);
        if (error is not null)
            File.WriteAllText(Path.Combine(folder, $"book-{gone.Id}.err"), error);
    }

    [Fact]
    public void AnOrderlyEndLeavesNothing()
    {
        using (var marker = new CrashMarker(folder, "book"))
        {
            marker.Enter(1, "x");
            marker.Leave();
        }
        Assert.Empty(Directory.EnumerateFiles(folder));
        Assert.Null(Next());
    }

    [Fact]
    public void TheCellAndTheReasonAreNamed()
    {
        using var marker = new CrashMarker(folder, "book");
        marker.Enter(7, "\nEnvironment.Exit(3);\nmore");
        Assert.Equal("cell [7] (Environment.Exit(3);): it was called", marker.Fail("it was called"));
        var note = File.ReadAllText(Directory.EnumerateFiles(folder, "*.json").Single());
        marker.Leave();
        Assert.Null(marker.Fail("between cells"));
        Leave(note, null);
        Assert.Equal(
            "The kernel that ran in this folder before ended while cell [7] (Environment.Exit(3);) ran: it was called",
            Next());
        Assert.Null(Next()); // said once
    }

    [Fact]
    public void AStackOverflowIsReadFromTheCopyOfStandardError()
    {
        Leave("""{"cell":2,"code":"F(0)","reason":null}""",
            "noise\nStack overflow.\nRepeat 12 times:\n   at F(Int32)\n");
        var notice = Next();
        Assert.StartsWith(
            "The kernel that ran in this folder before ended while cell [2] (F(0)) ran: Stack overflow.\n", notice);
        Assert.Contains("at F(Int32)", notice);
    }

    [Fact]
    public void WithoutAReasonItSaysSo()
    {
        Leave("""{"cell":2,"code":"F(0)","reason":null}""", "");
        Assert.EndsWith("it was killed from outside, or memory ran out.", Next());
    }

    [Theory]
    [InlineData("", "warnings only\n")]
    [InlineData("{\"cell\":", null)]
    public void NoCellAndNoLastWordsIsNoNotice(string note, string? error)
    {
        Leave(note, error);
        Assert.Null(Next());
        Assert.Empty(Directory.EnumerateFiles(folder));
    }

    [Fact]
    public void ARunningKernelBesideIsLeftAlone()
    {
        // Reads its input until it is closed, so it runs for as long as the test wants.
        using var other =
            Process.Start(
                new ProcessStartInfo(OperatingSystem.IsWindows() ? "findstr" : "cat",
                    OperatingSystem.IsWindows() ? "x" : "")
                {
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                })!;
        var path = Path.Combine(folder, $"book-{other.Id}.json");
        File.WriteAllText(path, """{"cell":1,"code":"x","reason":null}""");
        Assert.Null(Next());
        Assert.True(File.Exists(path));
        other.StandardInput.Close();
        other.WaitForExit();
        Assert.NotNull(Next());
    }
}
