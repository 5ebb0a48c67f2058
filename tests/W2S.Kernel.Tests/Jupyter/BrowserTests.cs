using System.Diagnostics;
using Microsoft.Playwright;
using W2S.Kernel.Notebooks;

namespace W2S.Kernel.Tests.Jupyter;

/// <summary>The classic notebook in a browser: what a reader sees of the kernel.</summary>
public sealed class BrowserTests : IAsyncLifetime
{
    private readonly JupyterServer server = new("notebook", "--NotebookApp.token", "--notebook-dir");

    private JupyterHome Home => server.Home;

    public ValueTask InitializeAsync() => server.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task ALiveViewIsReplacedWhereItStands()
    {
        server.Write("live.ipynb",
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
                await JupyterServer.PictureAsync(page, "live-view-failed");
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
        await JupyterServer.PictureAsync(page, "live-view");
    }

    [Fact]
    public async Task WidgetsDriveCodeAndCodeDrivesWidgets()
    {
        LongProofs.SkipUnlessWanted("a minute in a browser");
        JupyterHome.Require("widgetsnbextension", major: 4);
        server.Write("widgets.ipynb",
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
        await JupyterServer.PictureAsync(page, "widgets");
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
        await JupyterServer.PictureAsync(page, "widgets-moved");
        await page.EvaluateAsync("Jupyter.notebook.save_notebook()");
        await page.ReloadAsync(); // the page asks the kernel what stands
        await page.Locator(".widget-readout >> text=9").WaitForAsync(new() { Timeout = 60_000 });
        await page.Locator(".twice >> text=18").WaitForAsync(new() { Timeout = 60_000 });
    }

    [Fact]
    public async Task ErrorsInputAndCompletionWorkAsInAnyKernel()
    {
        server.Write("ask.ipynb", "var name = Console.ReadLine();\nConsole.WriteLine($\"hello {name}\");",
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
        await JupyterServer.PictureAsync(page, "errors");
    }

    [Fact]
    public async Task TheFirstNotebookRunsFromTopToBottom()
    {
        Home.CopyCollection();
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
        await JupyterServer.PictureAsync(page, "start-here");
    }

    private async Task<IPage> OpenAsync(string name)
    {
        var page = await server.OpenAsync($"notebooks/{name}");
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
}
