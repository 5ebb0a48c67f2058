// The setup cell of every notebook: checks that the library is built and fresh, loads it, and hands it the kernel's display.
using System.IO;

{
    var root = Environment.CurrentDirectory;
    while (root is not null && !File.Exists(Path.Combine(root, "W2S.Notebooks.sln")))
    {
        root = Path.GetDirectoryName(root);
    }
    if (root is null)
    {
        throw new InvalidOperationException($"No W2S.Notebooks.sln at or above {Environment.CurrentDirectory}; open the notebook inside its repository.");
    }
    var sources = Path.Combine(root, "lib", "W2S");
    var library = new FileInfo(Path.Combine(sources, "bin", "W2S.dll"));
    if (!library.Exists)
    {
        throw new InvalidOperationException("The library is not built yet; run ./w2s build in the repository's root, then this cell again.");
    }
    var newest = new DirectoryInfo(sources).EnumerateFiles("*.cs", SearchOption.AllDirectories)
        .Where(file => !Path.GetRelativePath(sources, file.FullName).StartsWith("obj"))
        .MaxBy(file => file.LastWriteTimeUtc);
    if (newest.LastWriteTimeUtc > library.LastWriteTimeUtc)
    {
        throw new InvalidOperationException(
            $"The built library is older than lib/W2S/{Path.GetRelativePath(sources, newest.FullName)}; run ./w2s build, restart the kernel, then this cell again.");
    }
}
#!csharp
#r "../lib/W2S/bin/W2S.dll"
using System.IO;
using TorchSharp;
using W2S;
using W2S.Analysis;
using W2S.Charts;
using W2S.Data;
using W2S.Experiments;
using W2S.Losses;
using W2S.Models;
using W2S.Training;

// The one place where the kernel and the library meet: how to show a value and replace it later.
Action<object> Show(object value)
{
    var shown = display(value);
    return next => shown.Update(next);
}

var quick = Environment.GetEnvironmentVariable("W2S_QUICK") == "1";
Formatters.Register();
display(Formatters.PlotlyJs());
