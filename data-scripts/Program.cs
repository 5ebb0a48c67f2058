using W2S.DataScripts;

// data-scripts/bin/…dll: the manifests lie beside it, the repository two levels up.
var programs = AppContext.BaseDirectory;
var named = Environment.GetEnvironmentVariable("W2S_DATA");
var repository = Path.GetFullPath(Path.Combine(programs, "..", ".."));
var root = string.IsNullOrWhiteSpace(named) ? Path.Combine(repository, "data") : Path.GetFullPath(named);

using var cancel = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    cancel.Cancel();
};
using var client = new HttpClient { Timeout = TimeSpan.FromMinutes(2) };
client.DefaultRequestHeaders.UserAgent.ParseAdd("W2S.Notebooks/0.1");
try
{
    var progress = new Progress(Console.Error, watched: !Console.IsErrorRedirected);
    return await new Command(Manifest.ReadAll(programs), root, client, Console.Out, progress).RunAsync(args,
        cancel.Token);
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("\nw2s: stopped; what was downloaded is kept: run again to go on");
    return 130;
}
catch (FetchException error)
{
    Console.Error.WriteLine($"w2s: {error.Message}");
    return 1;
}
