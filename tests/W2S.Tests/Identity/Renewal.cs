
namespace W2S.Tests.Identity;

/// <summary>Decides whether fingerprints may be renewed: code that changed under the same revision must give the stored
/// numbers bit for bit.</summary>
/// <remarks>
/// Bits differ between processors, so stored ones hold for one kind of machine. On another, they are taken anew, which
/// is allowed only as
/// long as no code differs: they are then the committed code's, and the next change is compared with them.
/// </remarks>
internal static class Renewal
{
    /// <summary>The types whose code changed without a new revision.</summary>
    public static IReadOnlyList<string> Changed(FingerprintFile stored,
        IReadOnlyDictionary<string, CodeFingerprint> now) =>
        [.. now.Where(
            one => stored.Code.TryGetValue(one.Key, out var before) && before.Revision == one.Value.Revision
                && before.Sum != one.Value.Sum)
            .Select(one => one.Key).Order(StringComparer.Ordinal)];

    /// <summary>The next file.</summary>
    /// <param name="stored">The committed one.</param>
    /// <param name="now">Fingerprints of the code as it is.</param>
    /// <param name="machine">This machine's sum.</param>
    /// <param name="cases">The stored computations: name, the types by whose code they are made, and what gives their
    /// bits.</param>
    /// <exception cref="InvalidOperationException">A number changed, or nothing shows that none did; the message says
    /// where and what to do.</exception>
    public static FingerprintFile Of(
        FingerprintFile stored, IReadOnlyDictionary<string, CodeFingerprint> now, string machine,
        IReadOnlyList<(string Name, IReadOnlySet<string> Types, Func<string> Bits)> cases)
    {
        var changed = Changed(stored, now);
        if (changed.Count > 0 && machine != stored.Machine)
            throw new InvalidOperationException(
                $"{string.Join(", ", changed)} changed, and the stored numbers are of another kind of machine: go "
                + "back to the committed code, "
                + "renew there, which takes this machine's numbers, then change the code again and renew");
        foreach (var one in stored.Code.Where(
            one => now.TryGetValue(one.Key, out var next) && next.Revision < one.Value.Revision))
            throw new InvalidOperationException(
                $"{one.Key} had revision {one.Value.Revision} and has {now[one.Key].Revision}; a revision only grows");
        var bits = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var failed = new List<string>();
        foreach (var one in cases)
        {
            try
            {
                bits.Add(one.Name, one.Bits());
            }
            catch (Exception error)
            {
                failed.Add($"{one.Name}: {error.Message}");
            }
        }
        if (failed.Count > 0)
            throw new InvalidOperationException($"stored computations cannot be made: {string.Join("; ", failed)}");
        foreach (var type in changed)
        {
            var witnesses =
                cases.Where(one => one.Types.Contains(type) && stored.Numbers.ContainsKey(one.Name)).ToArray();
            if (witnesses.Length == 0)
                throw new InvalidOperationException(
                    $"{type} changed and no stored computation shows that its numbers did not: give it "
                    + $"[Revision({now[type].Revision + 1})]");
            // What a new revision made too is made anew wherever it is kept.
            foreach (var (name, _, _) in witnesses.Where(one => bits[one.Name] != stored.Numbers[one.Name]
                && !one.Types.Any(other => now.TryGetValue(other, out var next)
                    && stored.Code.TryGetValue(other, out var before) && next.Revision > before.Revision)))
                throw new InvalidOperationException(
                    $"{type} changed and '{name}' no longer comes out bit for bit: give the types whose numbers "
                    + "changed a new [Revision]; "
                    + $"it is made by "
                        + string.Join(", ",
                            cases.Single(one => one.Name == name).Types.Order(StringComparer.Ordinal)));
        }
        return new FingerprintFile(machine, new(now.ToDictionary(), StringComparer.Ordinal), bits);
    }
}
