namespace W2S.DataScripts;

/// <summary>The command <c>./w2s data</c>.</summary>
/// <param name="manifests">The sets.</param>
/// <param name="root">The data folder.</param>
/// <param name="client">For downloads.</param>
/// <param name="output">For results.</param>
/// <param name="progress">For what is going on, and errors.</param>
public sealed class Command(IReadOnlyList<Manifest> manifests, string root, HttpClient client, TextWriter output,
    Progress progress)
{
    private const string Usage = """
        ./w2s data                     list the sets and what is here of them
        ./w2s data NAME...             fetch sets; what is here and right is left alone, what is damaged is
                                       fetched again
        ./w2s data NAME --from PATH    take the set from a local archive or folder
        ./w2s data NAME --again        fetch the whole set where only a part of its images is here
        """;

    /// <returns>0 done, 1 a set could not be had, 2 the command was not understood.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        var names = new List<string>();
        string? from = null;
        var again = false;
        for (var i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "--help" or "-h":
                    output.WriteLine(Usage);
                    return 0;
                case "--again":
                    again = true;
                    break;
                case "--from" when i + 1 < arguments.Count:
                    from = arguments[++i];
                    break;
                case var text when text.StartsWith('-'):
                    return Refuse(text == "--from" ? "--from needs a path" : $"there is no option '{text}'");
                case var name:
                    names.Add(name);
                    break;
            }
        }
        if (from is not null && names.Count != 1) return Refuse($"--from goes with one set, not with {names.Count}");
        if (from is not null && !Path.Exists(from)) return Refuse($"there is no {from}");
        if (names.FirstOrDefault(name => Find(name) is null) is { } unknown)
        {
            return Refuse(
                $"there is no set '{unknown}'; the sets are "
                + $"{string.Join(", ", manifests.Select(manifest => manifest.Name))}");
        }
        if (names.Count == 0) return List();
        var failed = false;
        foreach (var name in names)
        {
            try
            {
                await new SetFetcher(Find(name)!, root, client, output, progress).RunAsync(from, again, cancel);
            }
            catch (Exception error) when (error is FetchException or IOException or UnauthorizedAccessException)
            {
                progress.Say($"w2s: {name}: {error.Message}");
                failed = true;
            }
        }
        return failed ? 1 : 0;
    }

    private Manifest? Find(string name) => manifests.FirstOrDefault(manifest => manifest.Name == name);

    private int List()
    {
        output.WriteLine($"data folder: {root}");
        foreach (var manifest in manifests)
        {
            var findings = Checker.Check(manifest, root, thorough: false);
            var nothing = findings.Images == 0 && findings.Damaged.Count == 0
                && findings.Missing.Count == manifest.Files.Count + manifest.Folders.Count;
            var state = findings.Complete ? "here"
                : findings.Usable ? $"a part is here{findings.Share}"
                : nothing ? "not here" : $"damaged or incomplete: ./w2s data {manifest.Name}";
            var size = manifest.Downloads.Count == 0 ? "by hand"
                : $"{manifest.Downloads.Sum(download => download.Megabytes):0.#} MB";
            output.WriteLine($"{manifest.Name,-14} {size,8}  {state,-14}  {manifest.Title}");
        }
        return 0;
    }

    private int Refuse(string message)
    {
        progress.Say($"w2s: {message}");
        output.WriteLine(Usage);
        return 2;
    }
}
