namespace W2S.DataScripts;

/// <summary>Fetches one set.</summary>
internal sealed class SetFetcher(Manifest manifest, string root, HttpClient client, TextWriter output,
    Progress progress)
{
    private readonly Installer _installer = new(manifest, root);

    public async Task RunAsync(string? from, bool again, CancellationToken cancel)
    {
        var findings = Checker.Check(manifest, root, thorough: true);
        if (findings.Complete)
        {
            output.WriteLine($"{manifest.Name}: here and right, in {root}{findings.Share}");
            return;
        }
        if (findings.Usable && !again && from is null)
        {
            output.WriteLine(
                $"{manifest.Name}: a part is here and right, in {root}{findings.Share}; --again fetches the whole");
            return;
        }
        foreach (var (path, reason) in findings.Damaged)
        {
            progress.Say($"{path} {reason}: kept aside as {Installer.SetAside(path)}, fetched again");
        }
        _installer.Begin();
        try
        {
            if (from is not null) TakeFrom(Path.GetFullPath(from));
            else await DownloadAsync(cancel);
        }
        finally
        {
            _installer.End();
        }
        var done = Checker.Check(manifest, root, thorough: false);
        output.WriteLine($"{manifest.Name}: ready in {root}{done.Share}. Terms: {manifest.Terms}");
    }

    private async Task DownloadAsync(CancellationToken cancel)
    {
        if (manifest.Package is { } package)
        {
            progress.Say($"{manifest.Name}: the package {package.Id} {package.Version} from your package sources "
                + $"({package.Megabytes:0.#} MB)");
            await new PackageFetcher(package, _installer).FetchAsync(cancel);
            _installer.Finish($"{package.Id} {package.Version}", allowPart: false);
            return;
        }
        if (manifest.Downloads.Count == 0)
        {
            throw new FetchException($"{manifest.Comment} See {manifest.Page}");
        }
        foreach (var download in manifest.Downloads)
        {
            if (download.Place is { } place && AlreadyRight(place)) continue;
            progress.Say($"{manifest.Name}: {download.Address} ({download.Megabytes:0.#} MB)");
            var file = await new Downloader(client, progress).FetchAsync(download, _installer.Workplace, cancel);
            _installer.Stage(download, file);
        }
        _installer.Finish("what was downloaded", allowPart: false);
    }

    // Of several files only those that are missing or wrong are fetched; the others join the check.
    private bool AlreadyRight(string place)
    {
        var path = Checker.Below(root, place);
        var check = manifest.Files.FirstOrDefault(file => file.Path == place);
        if (check is null || !File.Exists(path) || Checker.Wrong(path, check) is not null) return false;
        _installer.Stage(new Download("", Path.GetFileName(path), Place: place), path);
        return true;
    }

    private void TakeFrom(string source)
    {
        if (manifest.Package is { } package)
        {
            new PackageFetcher(package, _installer).TakeFrom(source);
            _installer.Finish(source, allowPart: true);
            return;
        }
        var archives = Directory.Exists(source)
            ? manifest.Downloads.Select(download => (Download: download, File: Path.Combine(source, download.File)))
            .Where(pair => File.Exists(pair.File)).ToArray()
            : [(Named(source), source)];
        foreach (var (download, file) in archives)
        {
            if (Checker.Wrong(file, download.Check) is { } reason)
                throw new FetchException($"{file} {reason}; nothing was changed");
            _installer.Stage(download, file);
        }
        if (archives.Length == 0 && !_installer.StageFolder(source))
        {
            throw new FetchException(
                $"{source} holds nothing of the set, neither "
                + $"{manifest.Downloads.FirstOrDefault()?.File ?? "an archive"} nor {FirstPath}");
        }
        foreach (var download in manifest.Downloads.Where(download => !archives.Any(pair => pair.Download == download)))
        {
            if (archives.Length > 0 && download.Place is { } place) AlreadyRight(place);
        }
        _installer.Finish(source, allowPart: true);
    }

    private string FirstPath =>
        manifest.Files.Select(file => file.Path).Concat(manifest.Folders.Select(folder => folder.Path)).First();

    private Download Named(string file) =>
        manifest.Downloads.FirstOrDefault(download => download.File == Path.GetFileName(file))
        ?? (manifest.Downloads.Count == 1 && manifest.Downloads[0].Unpack is not null ? manifest.Downloads[0] : null)
        ?? throw new FetchException(
            $"{file} is none of the set's files: "
            + $"{string.Join(", ", manifest.Downloads.Select(download => download.File))}");
}
