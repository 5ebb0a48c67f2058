namespace W2S.Sweeps;

/// <summary>The words of a command line: <c>PLAN VERB …</c>, and after <c>--</c> those that are passed on.</summary>
internal sealed class Words
{
    private readonly List<string> rest;

    /// <param name="words">All of them.</param>
    public Words(IReadOnlyList<string> words)
    {
        var own = words.TakeWhile(word => word != "--").ToList();
        Passed = [.. words.Skip(own.Count + 1)];
        Plan = own.ElementAtOrDefault(0) ?? "";
        Verb = own.ElementAtOrDefault(1) ?? "";
        rest = own.Count > 2 ? own[2..] : [];
    }

    public string Plan { get; }

    public string Verb { get; }

    /// <summary>What follows <c>--</c>.</summary>
    public IReadOnlyList<string> Passed { get; }

    /// <summary>Takes a word away that is there or not.</summary>
    public bool Flag(string option) => rest.Remove(option);

    /// <summary>Takes an option and its value away.</summary>
    public string? Option(string option)
    {
        var at = rest.IndexOf(option);
        if (at < 0) return null;
        if (at + 1 == rest.Count) throw new BadInputException($"{option} needs a value");
        var value = rest[at + 1];
        rest.RemoveRange(at, 2);
        return value;
    }

    /// <summary>Takes an option and its value away, which counts something.</summary>
    public int? Number(string option) => Option(option) is not { } text ? null
        : int.TryParse(text, out var number) && number > 0 ? number
        : throw new BadInputException($"{option} '{text}' is not a number; give 1 or more");

    /// <summary>What is left once all options are taken.</summary>
    /// <param name="most">How many words that may be.</param>
    public IReadOnlyList<string> Left(int most = 0)
    {
        if (rest.FirstOrDefault(word => word.StartsWith('-')) is { } option)
            throw new BadInputException($"{Verb} has no option '{option}'");
        if (rest.Count > most) throw new BadInputException($"{Verb} does not take '{rest[most]}'");
        return rest;
    }
}
