using System.Diagnostics;
using System.Net.Http;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using W2S.Kernel.Notebooks;
using W2S.Kernel.Notebooks.Pictures;
using W2S.Kernel.Tests.Notebooks;

namespace W2S.Kernel.Tests.Jupyter;

/// <summary>The classic notebook in a browser: what a reader sees of the kernel.</summary>
/// <remarks>Set <c>W2S_SCREENSHOTS</c> to a folder to keep the pictures.</remarks>
public sealed class BrowserTests : IAsyncLifetime
{
    private const string Token = "w2s-test";

    private readonly JupyterHome home = new();
    private Process? server;
    private IPlaywright? playwright;
    private IBrowser? browser;
    private int port;

    public async ValueTask InitializeAsync()
    {
        JupyterHome.Require("notebook");
        var chromium = HeadlessBrowser.Find();
        Assert.SkipWhen(chromium is null, "there is no Chromium, Chrome or Edge here");
        port = KernelProcess.FreePorts()[0];
        server = Process.Start(
            home.Start(JupyterHome.Python, "-W", "ignore", "-m", "notebook", "--no-browser", "--allow-root",
                "--ip=127.0.0.1",
            $"--port={port}", "--port-retries=0", $"--NotebookApp.token={Token}", $"--notebook-dir={home.Work}"))!;
        server.OutputDataReceived += (_, _) => { };
        server.ErrorDataReceived += (_, _) => { };
        server.BeginOutputReadLine();
        server.BeginErrorReadLine();
        await AnswersAsync();
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(
            new() { ExecutablePath = chromium!.Path, Args = ["--no-sandbox", "--disable-gpu"] });
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
        home.Dispose();
    }

    [Fact]
    public async Task ALiveViewIsReplacedWhereItStands()
    {
        Write("live.ipynb",
            "var live = display(HTML(\"<b class='live'>step 0</b>\"));\nfor (var step = 1; step <= 20; step++)\n{\n   "
            + " await Task.Delay(150);\n    live.Update(HTML($\"<b class='live'>step {step}</b>\"));\n}",
            "live.Update(HTML(\"<b class='live'>from another cell</b>\"));\nConsole.WriteLine(\"the end\");");
        var page = await OpenAsync("live.ipynb");
        await RunAllAsync(page);
        var view = page.Locator(".output_area .live");
        var seen = new HashSet<string>();
        for (var wait = Stopwatch.StartNew(); !seen.Contains("from another cell"); await Task.Delay(30,
            TestContext.Current.CancellationToken))
        {
            if (wait.Elapsed > TimeSpan.FromSeconds(240))
            {
                await PictureAsync(page, "live-view-failed");
                Assert.Fail($"seen so far: {string.Join(", ", seen)}");
            }
            if (await view.CountAsync() is 0)
                continue;
            Assert.Equal(1, await view.CountAsync());
            seen.Add(await view.TextContentAsync() ?? "");
        }
        Assert.True(seen.Count >= 4, $"seen: {string.Join(", ", seen)}");
        await IdleAsync(page);
        Assert.Equal("the end\n", await page.Locator(".output_stdout pre").TextContentAsync());
        Assert.Equal(0, await page.Locator(".output_error").CountAsync());
        await PictureAsync(page, "live-view");
    }

    [Fact]
    public async Task WidgetsDriveCodeAndCodeDrivesWidgets()
    {
        LongProofs.SkipUnlessWanted("a minute in a browser");
        JupyterHome.Require("widgetsnbextension", major: 4);
        Write("widgets.ipynb",
            "Console.WriteLine(\"above\");\n"
            + "interact(T => { Console.Write($\"at {T}\"); return HTML($\"<b class='twice'>{2 * T}</b>\"); }, 1, 9)",
            "var loss = new Dropdown<string>(\"KD\", \"DKD\");\n"
            + "interact((name, on) => { if (!on) throw new Exception(\"off\"); Console.Write($\"{name}!\"); },\n"
            + "    loss, new Checkbox(true));",
            "var bar = new IntProgress(max: 4) { Description = \"done\" }; display(bar);\n"
            + "for (var i = 1; i <= 4; i++) { bar.Value = i; await Task.Delay(100); }\nloss.Value = \"DKD\";");
        var page = await OpenAsync("widgets.ipynb");
        await RunAllAsync(page);
        await page.GetByText("DKD!").WaitForAsync(new() { Timeout = 240_000 });
        await PictureAsync(page, "widgets");
        Assert.Equal("DKD", await page.Locator(".widget-dropdown select").InputValueAsync());
        Assert.Equal("100%", await page.Locator(".progress-bar").EvaluateAsync<string>("bar => bar.style.width"));
        Assert.Equal("T", await page.Locator(".widget-slider .widget-label").TextContentAsync());
        Assert.Equal("10", await page.Locator(".twice").TextContentAsync());
        await page.Locator(".noUi-handle").FocusAsync();
        for (var value = 6; value <= 9; value++)
        {
            await page.Keyboard.PressAsync("ArrowRight");
            await page.GetByText($"at {value}", new() { Exact = true }).WaitForAsync(new() { Timeout = 240_000 });
            await page.Locator($".twice >> text={2 * value}").WaitForAsync(new() { Timeout = 240_000 });
            Assert.Equal(1, await page.Locator(".twice").CountAsync()); // replaced, not added
        }
        Assert.Equal(1, await page.GetByText("above", new() { Exact = true }).CountAsync());
        await page.Locator(".widget-checkbox input").UncheckAsync();
        await page.GetByText("System.Exception: off").WaitForAsync(new() { Timeout = 240_000 });
        await page.Locator(".widget-checkbox input").CheckAsync();
        await page.GetByText("DKD!").WaitForAsync(new() { Timeout = 240_000 });
        Assert.Equal(0, await page.GetByText("System.Exception").CountAsync());
        await PictureAsync(page, "widgets-moved");
        await page.EvaluateAsync("Jupyter.notebook.save_notebook()");
        await page.ReloadAsync(); // the page asks the kernel what stands
        await page.Locator(".widget-readout >> text=9").WaitForAsync(new() { Timeout = 60_000 });
        await page.Locator(".twice >> text=18").WaitForAsync(new() { Timeout = 60_000 });
    }

    [Fact]
    public async Task ErrorsInputAndCompletionWorkAsInAnyKernel()
    {
        Write("ask.ipynb", "var name = Console.ReadLine();\nConsole.WriteLine($\"hello {name}\");",
            "throw new Exception(\"on purpose\");", "Console.WriteL");
        var page = await OpenAsync("ask.ipynb");
        await page.EvaluateAsync("Jupyter.notebook.select(0); Jupyter.notebook.execute_cell()");
        await page.Locator(".raw_input").FillAsync("Ada");
        await page.Locator(".raw_input").PressAsync("Enter");
        await page.GetByText("hello Ada").WaitForAsync(new() { Timeout = 240_000 });
        await page.EvaluateAsync("Jupyter.notebook.select(1); Jupyter.notebook.execute_cell()");
        await page.Locator(".output_error").GetByText("on purpose").First.WaitForAsync(new() { Timeout = 240_000 });
        await page.EvaluateAsync("Jupyter.notebook.select(2); Jupyter.notebook.edit_mode()");
        await page.Keyboard.PressAsync("End");
        await page.Keyboard.PressAsync("Tab"); // one choice only: it is put in
        await page.WaitForFunctionAsync("Jupyter.notebook.get_cell(2).get_text() === 'Console.WriteLine'", null,
            new() { Timeout = 240_000 });
        await PictureAsync(page, "errors");
    }

    [Fact]
    public async Task TheFirstNotebookRunsFromTopToBottom()
    {
        home.CopyCollection();
        var page = await OpenAsync("notebooks/00-start-here.ipynb");
        await RunAllAsync(page);
        await page.WaitForFunctionAsync("""
            () => {
              const cells = Jupyter.notebook.get_cells()
                .filter(cell => cell.cell_type === 'code' && cell.get_text().trim());
              return cells.every(cell => cell.input_prompt_number && cell.input_prompt_number !== '*')
                || document.querySelector('.output_error');
            }
            """, null, new() { Timeout = 300_000 });
        Assert.Equal("", string.Join("\n", await page.Locator(".output_error").AllTextContentsAsync()));
        await IdleAsync(page);
        Assert.True(await page.Locator(".output_area").CountAsync() > 3, "the notebook shows next to nothing");
        await PictureAsync(page, "start-here");
    }

    private void Write(string name, params string[] cells)
    {
        var notebook = JsonNode.Parse(NotebookFile.Text([.. cells.Select(cell => NotebookFile.Code(cell))]))!;
        notebook["nbformat_minor"] = 4;
        notebook["metadata"] = new JsonObject
        {
            ["kernelspec"] = NotebookMetadata.KernelSpec(),
            ["language_info"] = NotebookMetadata.LanguageInfo()
        };
        File.WriteAllText(Path.Combine(home.Work, name), notebook.ToJsonString());
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

    private async Task<IPage> OpenAsync(string name)
    {
        var page = await browser!.NewPageAsync(new() { ViewportSize = new() { Width = 1200, Height = 1600 } });
        await page.GotoAsync($"http://127.0.0.1:{port}/notebooks/{name}?token={Token}", new() { Timeout = 240_000 });
        await page.WaitForFunctionAsync(
            "window.Jupyter && Jupyter.notebook && Jupyter.notebook.kernel && Jupyter.notebook.kernel.is_connected()",
            null, new() { Timeout = 240_000 });
        await IdleAsync(page);
        Assert.Equal(NotebookMetadata.DisplayName,
            (await page.Locator(".kernel_indicator_name").TextContentAsync())?.Trim());
        return page;
    }

    private static async Task RunAllAsync(IPage page)
    {
        await page.Locator("#celllink").ClickAsync(new() { Timeout = 240_000 });
        await page.Locator("#run_all_cells").ClickAsync(new() { Timeout = 240_000 });
    }

    private static Task IdleAsync(IPage page) =>
        page.Locator("#kernel_indicator_icon.kernel_idle_icon").WaitForAsync(new() { Timeout = 240_000 });

    private static async Task PictureAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("W2S_SCREENSHOTS") is not { Length: > 0 } folder)
            return;
        Directory.CreateDirectory(folder);
        await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png"), FullPage = true });
    }
}
