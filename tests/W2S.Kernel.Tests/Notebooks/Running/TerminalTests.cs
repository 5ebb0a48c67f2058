using System.Diagnostics;
using System.Text;

namespace W2S.Kernel.Tests.Notebooks.Running;

/// <summary>A run at a terminal, where cells can ask: <c>script</c> of util-linux gives it one.</summary>
public sealed class TerminalTests : IDisposable
{
    private const string Script = "/usr/bin/script";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder folder = new();
    private readonly StringBuilder screen = new();
    private Process? terminal;

    public void Dispose()
    {
        if (terminal is { HasExited: false })
            terminal.Kill(entireProcessTree: true);
        terminal?.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task AReaderIsAskedAndAPasswordIsNotShown()
    {
        Start("Console.WriteLine(\"hello \" + Cell.ReadLine(\"who\" + \"? \").ToUpper());",
            "var word = Cell.ReadPassword(\"pass\" + \"word? \"); Console.WriteLine($\"{word.Length} letters, last "
            + "{word[^1]}\");");
        await SeenAsync("who? ");
        await TypeAsync("Ada\n");
        await SeenAsync("hello ADA");
        await SeenAsync("password? ");
        await TypeAsync("sesamx\u007fy\n");
        await SeenAsync("6 letters, last y");
        await SeenAsync("2 cells done");
        Assert.DoesNotContain("sesam", Screen);
    }

    [Theory]
    [InlineData("Console.Write(\"ask\" + \"ing\"); Console.ReadLine();")]
    [InlineData("Cell.ReadPassword(\"ask\" + \"ing\");")]
    public async Task ControlCAtAQuestionStopsTheRun(string cell)
    {
        Start("1", cell);
        await SeenAsync("asking");
        await Task.Delay(300, TestContext.Current.CancellationToken); // until the terminal waits for a key
        var clock = Stopwatch.StartNew();
        await TypeAsync("\u0003");
        await SeenAsync("w2s: stopped in cell 2 of 2");
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 10); // it was for ever
        using var patience = new CancellationTokenSource(Patience);
        await terminal!.WaitForExitAsync(patience.Token);
        Assert.Equal(130, terminal.ExitCode);
    }

    private string Screen
    {
        get
        {
            lock (screen)
                return screen.ToString();
        }
    }

    private void Start(params string[] cells)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists(Script), "there is no util-linux here");
        folder.File("n.ipynb", NotebookFile.Text([.. cells.Select(cell => NotebookFile.Code(cell))]));
        terminal = Process.Start(
            new ProcessStartInfo(Script, ["-qec", $"dotnet '{Repository.Kernel}' run n.ipynb", "/dev/null"])
            {
                WorkingDirectory = folder.Path,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;
        _ = ReadAsync(terminal.StandardOutput);
    }

    private async Task TypeAsync(string keys)
    {
        await terminal!.StandardInput.WriteAsync(keys.Replace('\n', '\r'));
        await terminal.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
    }

    private async Task SeenAsync(string text)
    {
        for (var wait = Stopwatch.StartNew(); !Screen.Contains(text, StringComparison.Ordinal); await Task.Delay(20,
            TestContext.Current.CancellationToken))
            Assert.True(wait.Elapsed < Patience, $"'{text}' did not come:\n{Screen}");
    }

    private async Task ReadAsync(StreamReader reader)
    {
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer) is var count and > 0)
        {
            lock (screen)
                screen.Append(buffer, 0, count);
        }
    }
}
