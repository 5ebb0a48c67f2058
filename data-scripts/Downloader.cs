using System.Net;
using System.Net.Http.Headers;

namespace W2S.DataScripts;

/// <summary>Downloads a file: resumes what is there, checks it, and gives it its name only when it is right.</summary>
public sealed class Downloader(HttpClient client, Progress progress)
{
    private const int Tries = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Downloads into a folder, where <c>FILE.part</c> grows and, if it proves wrong, becomes
    /// <c>FILE.bad</c>.</summary>
    /// <returns>The checked file's path.</returns>
    /// <exception cref="FetchException">It cannot be had.</exception>
    public async Task<string> FetchAsync(Download download, string folder, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);
        var target = Path.Combine(folder, download.File);
        if (File.Exists(target))
        {
            if (Checker.Wrong(target, download.Check) is not { } wrong) return target;
            SetAside(target, wrong);
        }
        var part = $"{target}.part";
        for (var round = 0; ; round++)
        {
            await CompleteAsync(download, part, cancel);
            if (Checker.Wrong(part, download.Check) is not { } reason)
            {
                File.Move(part, target, overwrite: true);
                return target;
            }
            File.Move(part, target, overwrite: true);
            var aside = SetAside(target, reason);
            if (round == 1)
            {
                throw new FetchException(
                    $"{download.Address} gave a wrong file twice: it {reason}; it is kept as {aside}. The address may "
                    + $"serve another version now: see {new Uri(download.Address).Host}");
            }
        }
    }

    private string SetAside(string file, string reason)
    {
        var aside = Installer.SetAside(file);
        progress.Say($"{Path.GetFileName(file)} {reason}: kept aside as {aside}, fetched again");
        return aside;
    }

    private async Task CompleteAsync(Download download, string part, CancellationToken cancel)
    {
        for (int tried = 1; ; tried++)
        {
            var before = Length(part);
            try
            {
                if (await OnceAsync(download, part, before, cancel)) return;
            }
            catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException
                && !cancel.IsCancellationRequested && error is not DirectoryNotFoundException)
            {
                if (error is HttpRequestException { StatusCode: null } && Length(part) == before)
                {
                    throw new FetchException(
                        $"cannot reach {new Uri(download.Address).Host} ({error.Message}); check the network and run "
                        + "again, or give a local copy with --from");
                }
                if (tried >= Tries)
                {
                    throw new FetchException(
                        $"{download.Address} broke off {Tries} times ({error.Message}); {Length(part):N0} bytes are "
                        + "kept: run again to go on");
                }
            }
            if (Length(part) > before) tried = 0;
            if (tried >= Tries)
                throw new FetchException(
                    $"{download.Address} sends nothing more after {Length(part):N0} bytes; run again to go on");
            progress.Say($"{download.File}: broke off after {Length(part):N0} bytes; going on from there");
        }
    }

    /// <returns>Whether the file is whole, as far as its length tells.</returns>
    private async Task<bool> OnceAsync(Download download, string part, long have, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, download.Address);
        if (have > 0) request.Headers.Range = new RangeHeaderValue(have, null);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            // All of it is here already, or more than there is.
            if (response.Content.Headers.ContentRange?.Length == have) return true;
            File.Delete(part);
            return false;
        }
        if (!response.IsSuccessStatusCode)
        {
            throw new FetchException(
                $"{download.Address} answers {(int)response.StatusCode} {response.ReasonPhrase}; see "
                + $"{new Uri(download.Address).Host}, or give a local copy with --from");
        }
        var goesOn = response.StatusCode == HttpStatusCode.PartialContent
            && response.Content.Headers.ContentRange?.From == have;
        var start = goesOn ? have : 0;
        var total = response.Content.Headers.ContentLength is { } length ? start + length : download.Size;
        await using var file =
            new FileStream(part, goesOn ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.Read);
        await using var body = await response.Content.ReadAsStreamAsync(cancel);
        var buffer = new byte[1 << 17];
        while (true)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(Patience);
            var read = await body.ReadAsync(buffer, patience.Token);
            if (read == 0) break;
            await file.WriteAsync(buffer.AsMemory(0, read), cancel);
            progress.Bar(download.File, file.Position, total);
        }
        file.Flush(flushToDisk: true);
        return total is null || file.Position >= total;
    }

    private static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;
}
