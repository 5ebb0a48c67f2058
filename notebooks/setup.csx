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
#!import "library.csx"
#!csharp
// The one place where the kernel and the library meet: how to show a value and replace it later.
Action<object> Show(object value)
{
    var shown = display(value);
    return next => shown.Update(next);
}

TorchRuntime.Start();
Formatters.Register();
display(Formatters.PlotlyJs());

// An exercise's stub says what is missing until it is filled in, as the answers do.
void YourTurn<T>(int exercise, T answer, string asked, Func<T, bool> holds) => Console.WriteLine($"{exercise}: "
    + (answer is null ? $"not answered yet; wanted: {asked}" : holds(answer) ? "right" : $"not yet; wanted: {asked}"));
