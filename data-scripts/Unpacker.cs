using System.Formats.Tar;
using System.IO.Compression;

namespace W2S.DataScripts;

/// <summary>Unpacks .zip, .tar, .tar.gz and .tgz.</summary>
public static class Unpacker
{
    /// <summary>Unpacks into a folder; entries that point outside it are refused.</summary>
    /// <exception cref="FetchException">The file is no such archive, or damaged.</exception>
    public static void Unpack(string archive, string folder)
    {
        Directory.CreateDirectory(folder);
        try
        {
            if (archive.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
            {
                ZipFile.ExtractToDirectory(archive, folder);
                return;
            }
            using var file = File.OpenRead(archive);
            using var stream = archive.EndsWith("gz", StringComparison.OrdinalIgnoreCase)
                ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
            TarFile.ExtractToDirectory(stream, folder, overwriteFiles: false);
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new FetchException($"{archive} cannot be unpacked: {error.Message}");
        }
    }
}
