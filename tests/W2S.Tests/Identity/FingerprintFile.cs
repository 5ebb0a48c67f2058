using System.Text.Json;

namespace W2S.Tests.Identity;

/// <summary>What is committed beside the revisions.</summary>
/// <param name="Machine">A sum over plain operations of libtorch: where it is the same, numbers can be compared bit for
/// bit.</param>
/// <param name="Code">The fingerprint of each type's code at its revision.</param>
/// <param name="Numbers">The bits of each stored computation on that machine.</param>
internal sealed record FingerprintFile(
    string Machine, SortedDictionary<string, CodeFingerprint> Code, SortedDictionary<string, string> Numbers)
{
    private static readonly string Place =
        Path.Combine(TestPaths.Repository, "tests", "W2S.Tests", "Identity", "fingerprints.json");

    public static FingerprintFile Read() => File.Exists(Place)
        ? JsonSerializer.Deserialize<FingerprintFile>(File.ReadAllText(Place))! with { }
        : new("", [], []);

    public void Write()
    {
        var text = JsonSerializer.Serialize(
            this with { Code = new(Code, StringComparer.Ordinal), Numbers = new(Numbers, StringComparer.Ordinal) },
            new JsonSerializerOptions { WriteIndented = true });
        File.WriteAllText(Place, text + "\n");
    }
}

/// <summary>A type's revision and the sum of its code.</summary>
internal sealed record CodeFingerprint(int Revision, string Sum);
