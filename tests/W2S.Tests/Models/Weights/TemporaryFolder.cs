namespace W2S.Tests.Models.Weights;

/// <summary>A folder that goes away with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("w2s-");

    public string this[string name] => Path.Combine(folder.FullName, name);

    public string[] Files => [.. folder.EnumerateFiles().Select(file => file.Name)];

    public void Dispose() => folder.Delete(recursive: true);
}
