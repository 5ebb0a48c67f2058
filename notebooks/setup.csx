// The setup cell of every notebook: checks that the library is built and fresh, loads it, and hands it the kernel's
// display.
using System.IO;

{
    var root = Environment.CurrentDirectory;
    while (root is not null && !File.Exists(Path.Combine(root, "W2S.Notebooks.sln")))
    {
        root = Path.GetDirectoryName(root);
    }
    if (root is null)
    {
        throw new InvalidOperationException(
            $"No W2S.Notebooks.sln at or above {Environment.CurrentDirectory}; "
            + "open the notebook inside its repository.");
    }
    foreach (var project in new[] { "W2S", "W2S.Charts" })
    {
        var library = new FileInfo(Path.Combine(root, "lib", "W2S.Charts", "bin", project + ".dll"));
        if (!library.Exists)
        {
            throw new InvalidOperationException(
                "The library is not built yet; run ./w2s build in the repository's root, then this cell again.");
        }
        var sources = Path.Combine(root, "lib", project);
        var newest = new DirectoryInfo(sources).EnumerateFiles("*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(sources, file.FullName).StartsWith("obj"))
            .MaxBy(file => file.LastWriteTimeUtc);
        if (newest.LastWriteTimeUtc > library.LastWriteTimeUtc)
        {
            throw new InvalidOperationException(
                $"The built library is older than {Path.GetRelativePath(root, newest.FullName)}; "
                + "run ./w2s build, restart the kernel, then this cell again.");
        }
    }
}
#!csharp
#r "../lib/W2S.Charts/bin/W2S.dll"
#r "../lib/W2S.Charts/bin/W2S.Charts.dll"
using System.IO;
using TorchSharp;
using W2S.Analysis;
using W2S.Charts;
using W2S.Data;
using W2S.Data.Batches;
using W2S.Data.Episodes;
using W2S.Data.Noise;
using W2S.Data.Shapes;
using W2S.Data.Views;
using W2S.Experiments;
using W2S.Experiments.Distillation;
using W2S.Experiments.FewShot;
using W2S.Experiments.LabelChoice;
using W2S.Experiments.NoisyLabels;
using W2S.Experiments.Transfer;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Losses.NoisyLabels;
using W2S.Losses.WeakToStrong;
using W2S.Models;
using W2S.Runs;
using W2S.Selection;
using W2S.Torch;
using W2S.Training;

// The one place where the kernel and the library meet: how to show a value and replace it later.
Action<object> Show(object value)
{
    var shown = display(value);
    return next => shown.Update(next);
}

var quick = Environment.GetEnvironmentVariable("W2S_QUICK") == "1";
TorchRuntime.Start();
Formatters.Register();
display(Formatters.PlotlyJs());
