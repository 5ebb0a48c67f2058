using System.Diagnostics;
using System.Text.Json.Nodes;
using W2S.Kernel.Jupyter;
using W2S.Kernel.Notebooks;
using W2S.Kernel.Tests.Notebooks;
using W2S.Kernel.Tests.Repository;

namespace W2S.Kernel.Tests.Jupyter;

/// <summary>Jupyter's folders, all below one that is gone when the test is, with the built kernel's spec in
/// them.</summary>
internal sealed class JupyterHome : IDisposable
{
    /// <summary>Debian's own Python, whose packages are not seen by others, or the one that
    /// <c>W2S_JUPYTER_PYTHON</c> names, for instance with the Jupyter of another release.</summary>
    public static string Python { get; } =
        Environment.GetEnvironmentVariable("W2S_JUPYTER_PYTHON") is { Length: > 0 } named ? named : "/usr/bin/python3";

    /// <summary>The built kernel.</summary>
    public static string Program { get; } = RepositoryRoot.Combine("lib", "W2S.Kernel", "bin", "W2S.Kernel.dll");

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("w2s-jupyter-");

    public JupyterHome()
    {
        var spec = Directory.CreateDirectory(
            System.IO.Path.Combine(Path, "data", "kernels", NotebookMetadata.KernelName)).FullName;
        File.WriteAllText(System.IO.Path.Combine(spec, KernelSpec.FileName), KernelSpec.Json("dotnet", Program));
        Directory.CreateDirectory(Work);
    }

    public string Path => folder.FullName;

    /// <summary>Where notebooks lie.</summary>
    public string Work => System.IO.Path.Combine(Path, "work");

    /// <summary>Skips the test where a Python module is missing or too old.</summary>
    public static void Require(string module, int major = 0)
    {
        Assert.SkipUnless(File.Exists(Python), $"there is no {Python}");
        var check = major == 0 ? $"import {module}"
            : $"import {module}; assert int({module}.__version__.split('.')[0]) >= {major}";
        using var probe = Process.Start(new ProcessStartInfo(Python, ["-c", check]) { RedirectStandardError = true })!;
        probe.WaitForExit();
        Assert.SkipUnless(probe.ExitCode == 0,
            $"{Python} has no {module}{(major == 0 ? "" : $" {major}")}; on Debian: apt-get install "
            + "python3-jupyter-kernel-test jupyter-nbconvert jupyter-notebook, from 13 on python3-ipywidgets "
            + "jupyterlab papermill; or name another Python by W2S_JUPYTER_PYTHON");
    }

    /// <summary>Writes a notebook of this kernel to where notebooks lie.</summary>
    public void Write(string name, params JsonObject[] cells)
    {
        var notebook = JsonNode.Parse(NotebookFile.Text(cells))!;
        notebook["nbformat_minor"] = 4;
        notebook["metadata"] = new JsonObject
        {
            ["kernelspec"] = NotebookMetadata.KernelSpec(),
            ["language_info"] = NotebookMetadata.LanguageInfo(),
        };
        File.WriteAllText(System.IO.Path.Combine(Work, name), notebook.ToJsonString());
    }

    /// <summary>Puts a copy of the notebooks beside the built library, so that nothing of the checkout
    /// changes.</summary>
    public void CopyCollection()
    {
        Assert.SkipUnless(File.Exists(RepositoryRoot.Combine("lib", "W2S.Charts", "bin", "W2S.Charts.dll")),
            "lib/W2S.Charts is not built");
        var notebooks = Directory.CreateDirectory(System.IO.Path.Combine(Work, "notebooks")).FullName;
        foreach (var file in Directory.EnumerateFiles(RepositoryRoot.Combine("notebooks")))
            File.Copy(file, System.IO.Path.Combine(notebooks, System.IO.Path.GetFileName(file)));
        Directory.CreateSymbolicLink(System.IO.Path.Combine(notebooks, "results"),
            RepositoryRoot.Combine("notebooks", "results"));
        Directory.CreateSymbolicLink(System.IO.Path.Combine(Work, "lib"), RepositoryRoot.Combine("lib"));
        File.Copy(RepositoryRoot.Combine("W2S.Notebooks.sln"), System.IO.Path.Combine(Work, "W2S.Notebooks.sln"));
    }

    public ProcessStartInfo Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Work,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, sub) in new[] { ("JUPYTER_DATA_DIR", "data"), ("JUPYTER_RUNTIME_DIR", "runtime"),
            ("JUPYTER_CONFIG_DIR", "config"), ("IPYTHONDIR", "ipython"), ("XDG_STATE_HOME", "state") })
            start.Environment[name] = System.IO.Path.Combine(Path, sub);
        start.Environment["PYDEVD_DISABLE_FILE_VALIDATION"] = "1";
        // Notebooks of the collection at their quick setting, on the images that the library draws itself.
        start.Environment["W2S_QUICK"] = "1";
        start.Environment["W2S_DATA"] = System.IO.Path.Combine(Path, "no-data");
        return start;
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its exit code and what it wrote, both streams together.</returns>
    public Task<(int Code, string Text)> RunAsync(TimeSpan limit, string program, params string[] arguments) =>
        RunAsync(limit, Start(program, arguments));

    /// <summary>Runs a program that is put together by <see cref="Start"/> to its end.</summary>
    /// <returns>Its exit code and what it wrote, both streams together.</returns>
    public static async Task<(int Code, string Text)> RunAsync(TimeSpan limit, ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stop.CancelAfter(limit);
        try
        {
            await process.WaitForExitAsync(stop.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException(
                $"{start.FileName} {string.Join(' ', start.ArgumentList)} ran longer than {limit.TotalSeconds} "
                + $"s:\n{await output}\n{await errors}");
        }
        return (process.ExitCode, await output + await errors);
    }

    public void Dispose()
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                folder.Delete(recursive: true);
                return;
            }
            catch (IOException) when (attempt < 50)
            {
                Thread.Sleep(100); // a kernel is still putting its state away
            }
        }
    }
}
