using System.Diagnostics;
using System.Net.Http;
using Microsoft.Playwright;
using W2S.Kernel.Notebooks.Pictures;
using W2S.Kernel.Tests.Notebooks;

namespace W2S.Kernel.Tests.Jupyter;

/// <summary>One of Jupyter's servers with a browser before it.</summary>
/// <remarks>Set <c>W2S_SCREENSHOTS</c> to a folder to keep the pictures.</remarks>
/// <param name="module">The Python module that is started.</param>
/// <param name="token">Its option for the token.</param>
/// <param name="folder">Its option for the folder of notebooks.</param>
/// <param name="more">Other options.</param>
internal sealed class JupyterServer(string module, string token, string folder, params string[] more)
    : IAsyncDisposable
{
    private const string Token = "w2s-test";

    private Process? server;
    private IPlaywright? playwright;
    private IBrowser? browser;
    private int port;

    public JupyterHome Home { get; } = new();

    /// <summary>Starts both; skips the test where one is missing.</summary>
    /// <param name="major">The least version of the module.</param>
    public async ValueTask StartAsync(int major = 0)
    {
        JupyterHome.Require(module, major);
        var chromium = HeadlessBrowser.Find();
        Assert.SkipWhen(chromium is null, "there is no Chromium, Chrome or Edge here");
        port = KernelProcess.FreePorts()[0];
        server = Process.Start(Home.Start(JupyterHome.Python, ["-W", "ignore", "-m", module, "--no-browser",
            "--allow-root", "--ip=127.0.0.1", $"--port={port}", "--port-retries=0", $"{token}={Token}",
            $"{folder}={Home.Work}", .. more]))!;
        server.OutputDataReceived += (_, _) => { };
        server.ErrorDataReceived += (_, _) => { };
        server.BeginOutputReadLine();
        server.BeginErrorReadLine();
        await AnswersAsync();
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(
            new() { ExecutablePath = chromium!.Path, Args = ["--no-sandbox", "--disable-gpu"] });
    }

    /// <summary>Writes a notebook of code cells into the server's folder.</summary>
    public void Write(string name, params string[] cells) =>
        Home.Write(name, [.. cells.Select(cell => NotebookFile.Code(cell))]);

    /// <summary>Opens one of the server's addresses.</summary>
    public async Task<IPage> OpenAsync(string address)
    {
        var page = await browser!.NewPageAsync(new() { ViewportSize = new() { Width = 1200, Height = 1600 } });
        await page.GotoAsync($"http://127.0.0.1:{port}/{address}?token={Token}", new() { Timeout = 240_000 });
        return page;
    }

    public static async Task PictureAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("W2S_SCREENSHOTS") is not { Length: > 0 } folder)
            return;
        Directory.CreateDirectory(folder);
        await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png"), FullPage = true });
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
            await browser.CloseAsync();
        playwright?.Dispose();
        if (server is not null)
        {
            server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync();
            server.Dispose();
        }
        Home.Dispose();
    }

    private async Task AnswersAsync()
    {
        using var client = new HttpClient();
        for (var wait = Stopwatch.StartNew(); ; await Task.Delay(200))
        {
            Assert.True(wait.Elapsed < TimeSpan.FromSeconds(90) && !server!.HasExited,
                "the notebook server did not start");
            try
            {
                (await client.GetAsync($"http://127.0.0.1:{port}/api?token={Token}")).EnsureSuccessStatusCode();
                return;
            }
            catch (HttpRequestException)
            {
                // not yet
            }
        }
    }
}
