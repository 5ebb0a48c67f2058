using System.Diagnostics;

namespace W2S.Kernel.Notebooks.Pictures;

/// <summary>A Chromium, Chrome or Edge of this machine, run without a window and without a network.</summary>
/// <param name="Path">The program.</param>
internal sealed record HeadlessBrowser(string Path)
{
    /// <summary>Names the program to use, where the usual names on the PATH are not it.</summary>
    public const string Variable = "W2S_CHROMIUM";

    private static readonly string[] Names =
        ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge"];

    private static readonly string[] Places =
    [
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
        @"C:\Program Files\Google\Chrome\Application\chrome.exe",
        @"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    ];

    /// <summary>The browser, or null where there is none; a program that the variable names but that is missing counts
    /// as none.</summary>
    public static HeadlessBrowser? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
            return File.Exists(named) ? new(named) : null;
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator);
        var candidates =
            from name in Names
            from folder in folders
            where folder.Length > 0
            select System.IO.Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name);
        return candidates.Concat(Places).FirstOrDefault(File.Exists) is { } found ? new(found) : null;
    }

    /// <summary>Opens a page, lets its scripts run to their end, and returns the document they leave.</summary>
    /// <param name="page">The page's HTML.</param>
    /// <param name="patience">How long to wait.</param>
    /// <exception cref="InvalidOperationException">The browser failed or took too long; the message says
    /// which.</exception>
    public string Render(string page, TimeSpan patience)
    {
        var folder = Directory.CreateTempSubdirectory("w2s-page-").FullName;
        try
        {
            var file = System.IO.Path.Combine(folder, "page.html");
            File.WriteAllText(file, page);
            return Run(folder, patience, "--virtual-time-budget=60000", "--dump-dom", new Uri(file).AbsoluteUri);
        }
        finally
        {
            Remove(folder);
        }
    }

    private string Run(string folder, TimeSpan patience, params string[] arguments)
    {
        string[] common =
        [
            "--headless", "--disable-gpu", "--enable-unsafe-swiftshader", "--disable-quic", "--no-first-run",
            "--disable-extensions", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage",
            "--proxy-server=127.0.0.1:9", // nothing answers there: the page must stand on its own
            $"--user-data-dir={folder}",
        ];
        // Chromium refuses its sandbox to root and in most containers; the page is our own and names nothing outside
        // itself.
        string[] sandbox = OperatingSystem.IsLinux() ? ["--no-sandbox"] : [];
        var start = new ProcessStartInfo(Path) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in common.Concat(sandbox).Concat(arguments))
            start.ArgumentList.Add(argument);
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(patience))
            {
                process.Kill(entireProcessTree: true);
                throw new InvalidOperationException($"{Path} took longer than {patience.TotalSeconds:0} s");
            }
            return process.ExitCode == 0
                ? output.GetAwaiter().GetResult()
                : throw new InvalidOperationException(
                    $"{Path} ended with exit code {process.ExitCode}: {LastLine(errors)}");
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new InvalidOperationException($"{Path} does not start: {error.Message}");
        }
    }

    private static string LastLine(Task<string> text) =>
        text.GetAwaiter().GetResult().Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "";

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // a helper process of the browser still holds a file; the system's own cleaning takes the folder
        }
    }
}
