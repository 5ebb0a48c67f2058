using System.Text.Json;

namespace W2S.Tests.Data;

/// <summary>Reads a file of reference values from <c>tests/reference</c>.</summary>
internal static class ReferenceFile
{
    public static JsonElement Read(string name) => JsonDocument.Parse(File.ReadAllBytes(Path(name))).RootElement;

    public static string Path(string name)
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder =
            System.IO.Path.GetDirectoryName(folder))
        {
            var path = System.IO.Path.Combine(folder, "tests", "reference", name);
            if (File.Exists(path)) return path;
        }
        throw new FileNotFoundException($"there is no tests/reference/{name} above {AppContext.BaseDirectory}");
    }

    public static float[] Floats(this JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(value => value.GetSingle())];
}
