using System.Text.Json;

namespace W2S.Tests.Data;

/// <summary>Reads a file of reference values from <c>tests/reference</c>.</summary>
internal static class ReferenceFile
{
    public static JsonElement Read(string name)
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var path = Path.Combine(folder, "tests", "reference", name);
            if (File.Exists(path)) return JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;
        }
        throw new FileNotFoundException($"there is no tests/reference/{name} above {AppContext.BaseDirectory}");
    }

    public static float[] Floats(this JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(value => value.GetSingle())];
}
