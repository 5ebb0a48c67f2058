using System.Globalization;
using System.Text.RegularExpressions;

namespace W2S.Kernel.Notebooks.Checking;

/// <summary>A number as a text shows it.</summary>
/// <param name="Text">Its digits as printed.</param>
/// <param name="Value">Its value.</param>
/// <param name="LastPlace">The worth of one in its last printed decimal; 0 for a whole number, which is not
/// rounded.</param>
internal readonly record struct PrintedNumber(string Text, double Value, double LastPlace);

/// <summary>Finds the numbers in a text that should be the same in every run.</summary>
/// <remarks>
/// Left out: a number followed by a unit of time or by something a second (<c>3.2 s</c>, <c>15 ms</c>, <c>800
/// images/s</c>), clock times and dates, version numbers (two dots), and digits that belong to a word
/// (<c>resnet20</c>).
/// </remarks>
internal static partial class PrintedNumbers
{
    public static IEnumerable<PrintedNumber> In(string text)
    {
        foreach (Match match in Number().Matches(text))
        {
            if (!match.Groups["n"].Success || match.Groups["t"].Success)
                continue;
            var shown = match.Groups["n"].Value;
            var plain = shown.Replace(",", "").Replace('−', '-');
            if (!double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
                continue;
            var exponent = plain.IndexOfAny(['e', 'E']);
            var mantissa = exponent < 0 ? plain : plain[..exponent];
            var scale = exponent < 0 ? 0 : int.Parse(plain[(exponent + 1)..], CultureInfo.InvariantCulture);
            var point = mantissa.IndexOf('.');
            var place = point < 0 ? 0 : Math.Pow(10, scale - (mantissa.Length - point - 1));
            yield return new(shown, value, place);
        }
    }

    // First what is no result: dates, clock times, versions. Then a number, with the unit of time that would exclude
    // it.
    [GeneratedRegex(
        """
        (?<![\w.]) (?: \d{4}-\d\d-\d\d | \d{1,2}:\d\d(?::\d\d)?(?:\.\d+)? | \d+(?:\.\d+){2,} [\w.+-]* ) (?!\w)
        | (?<![\w.]) (?<n> (?:(?<![\w)\]])[-−])? (?:\d{1,3}(?:,\d{3})+(?!\d)|\d+) (?:\.\d+)? (?:[eE][-+]?\d+)? )
          (?<t> \s? (?: (?:ns|µs|μs|us|ms|s|sec|secs|seconds?|min|mins|minutes?|h|hours?)(?!\w)
                       | \w+/(?:s|sec|second|min|minute|h|hour)(?!\w) ) )?
        """,
        RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Number();
}
