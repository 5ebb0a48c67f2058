namespace W2S.TestSupport;

/// <summary>How much of a long proof the tests run: a sample, or with <c>./w2s test --long</c> the whole of
/// it.</summary>
internal static class LongProofs
{
    /// <summary>True under <c>./w2s test --long</c>.</summary>
    public static bool Wanted => Environment.GetEnvironmentVariable("W2S_LONG") == "1";

    /// <summary>How many rounds to run.</summary>
    /// <param name="sample">Rounds of the ordinary tests.</param>
    /// <param name="whole">Rounds of the whole proof.</param>
    public static int Rounds(int sample, int whole) => Wanted ? whole : sample;

    /// <summary>Skips a test that has no sample.</summary>
    /// <param name="cost">How long it takes, for the line that says it was skipped.</param>
    public static void SkipUnlessWanted(string cost) => Assert.SkipUnless(Wanted, $"{cost}: ./w2s test --long runs it");
}
