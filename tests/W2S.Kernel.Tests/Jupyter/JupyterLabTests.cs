using Microsoft.Playwright;

namespace W2S.Kernel.Tests.Jupyter;

/// <summary>JupyterLab 4 in a browser, by its own commands: run, interrupt, slide, export.</summary>
/// <remarks>It is in Debian from 13 on, as <c>jupyterlab</c>; see <see cref="JupyterHome.Python"/>.</remarks>
public sealed class JupyterLabTests : IAsyncLifetime
{
    private const int Patience = 240_000;

    private readonly JupyterServer server = new("jupyterlab", "--IdentityProvider.token", "--ServerApp.root_dir",
        "--LabApp.expose_app_in_browser=True");

    public ValueTask InitializeAsync() => server.StartAsync(major: 4);

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task ANotebookRunsIsInterruptedGoesOnAndIsExported()
    {
        server.Write("run.ipynb", "var kept = 5;\nConsole.WriteLine(\"begun\");",
            "Console.WriteLine(\"turning\");\nwhile (true) { }", "Console.WriteLine($\"kept {kept}\");\n"
            + "HTML(\"<b class='shown'>bold</b>\")");
        var page = await OpenAsync("run.ipynb");
        await DoAsync(page, "notebook:run-all-cells");
        await page.GetByText("turning", new() { Exact = true }).WaitForAsync(new() { Timeout = Patience });
        await DoAsync(page, "notebook:interrupt-kernel");
        await page.GetByText("the cell was stopped").First.WaitForAsync(new() { Timeout = Patience });
        await page.EvaluateAsync("jupyterapp.shell.currentWidget.content.activeCellIndex = 2");
        await DoAsync(page, "notebook:run-cell");
        await page.GetByText("kept 5").WaitForAsync(new() { Timeout = Patience });
        Assert.Equal("bold", await page.Locator(".shown").TextContentAsync());
        await JupyterServer.PictureAsync(page, "lab-run");

        // Export saves, then opens the file's address in a window, where the browser stores it: it is fetched here.
        await page.EvaluateAsync("() => { window.open = address => { window.exported = address; }; }");
        await DoAsync(page, "notebook:export-to-format", "{ format: 'html' }");
        await page.WaitForFunctionAsync("window.exported", null, new() { Timeout = Patience });
        var html = await page.EvaluateAsync<string>("fetch(window.exported).then(file => file.text())");
        Assert.Contains("kept 5", html);
        Assert.Contains(">bold</b>", html);
    }

    [Fact]
    public async Task ASliderRunsItsCode()
    {
        JupyterHome.Require("jupyterlab_widgets");
        server.Write("slide.ipynb", "interact(T => HTML($\"<b class='twice'>{2 * T}</b>\"), 1, 9)");
        var page = await OpenAsync("slide.ipynb");
        await DoAsync(page, "notebook:run-all-cells");
        await page.Locator(".twice >> text=10").WaitForAsync(new() { Timeout = Patience });
        await page.Locator(".noUi-handle").FocusAsync();
        for (var value = 6; value <= 9; value++)
        {
            await page.Keyboard.PressAsync("ArrowRight");
            await page.Locator($".twice >> text={2 * value}").WaitForAsync(new() { Timeout = Patience });
            Assert.Equal(1, await page.Locator(".twice").CountAsync()); // replaced, not added
        }
        await JupyterServer.PictureAsync(page, "lab-slider");
    }

    private async Task<IPage> OpenAsync(string name)
    {
        var page = await server.OpenAsync($"lab/tree/{name}");
        await page.WaitForFunctionAsync("""
            () => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'
            """, null, new() { Timeout = Patience });
        return page;
    }

    // Returns at once: a cell that runs ends the command only when it ends.
    private static Task DoAsync(IPage page, string command, string arguments = "{}") =>
        page.EvaluateAsync($"() => {{ void jupyterapp.commands.execute('{command}', {arguments}); }}");
}
