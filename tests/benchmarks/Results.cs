using System.Text.Json;

namespace W2S.Benchmarks;

/// <summary>Writes figures as JSON: whole or not at all.</summary>
internal static class Results
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static void Write(string? path, object figures)
    {
        if (path is null) return;
        File.WriteAllText(path + ".new", JsonSerializer.Serialize(figures, Json) + "\n");
        File.Move(path + ".new", path, overwrite: true);
    }
}
