namespace W2S.Analysis;

/// <summary>How far apart rank sums lie by chance: where methods do not differ, every order of a setting's ranks is as
/// likely as any other.</summary>
internal static class RankPermutations
{
    /// <summary>Draws where the orders are too many to go through.</summary>
    private const int Draws = 100_000;

    /// <summary>The chance of rank sums that spread at least as much as these.</summary>
    /// <remarks>Exact up to some million steps, which is 30 settings of four methods without ties; else from seeded
    /// random orders, and then at least 1/100,001.</remarks>
    /// <param name="ranks">A row a setting, a rank a method; whole numbers of halves.</param>
    public static double Tail(IReadOnlyList<double[]> ranks)
    {
        int[][] halves = [.. ranks.Select(row => Array.ConvertAll(row, rank => (int)Math.Round(2 * rank)))];
        var (n, k) = (halves.Length, halves[0].Length);
        var observed = Spread([.. Enumerable.Range(0, k).Select(method => halves.Sum(row => row[method]))]);

        // The places of rank sums fill a permutohedron, whose volume is k^(k−2) in steps of whole ranks.
        var ties = halves.Any(row => row.Any(int.IsOddInteger)) ? Math.Pow(2, k - 1) : 1;
        return Math.Pow(k, k - 3) * Math.Pow(n - 1, k) * ties <= 3e6 ? Exact(halves, observed)
            : Drawn(halves, observed);
    }

    // The sums after each setting with their chances. Their order does not matter to the spread, so they stay sorted,
    // as the letters of a text.
    private static double Exact(int[][] halves, long observed)
    {
        int[][] orders = [.. Orders(halves[0].Length)];
        var chances = new Dictionary<string, double> { [Key([.. halves[0]])] = 1 };
        foreach (var row in halves.Skip(1))
        {
            var next = new Dictionary<string, double>();
            foreach (var (sums, chance) in chances)
            {
                foreach (var order in orders)
                {
                    var key = Key([.. order.Select((place, i) => sums[i] + row[place])]);
                    next[key] = next.GetValueOrDefault(key) + chance / orders.Length;
                }
            }
            chances = next;
        }
        return Math.Min(1,
            chances.Where(sums => Spread([.. sums.Key.Select(sum => (int)sum)]) >= observed).Sum(sums => sums.Value));

        static string Key(int[] sums)
        {
            Array.Sort(sums);
            return new string(Array.ConvertAll(sums, sum => (char)sum));
        }
    }

    private static double Drawn(int[][] halves, long observed)
    {
        var random = new Random(0);
        var hits = 0;
        for (var draw = 0; draw < Draws; draw++)
        {
            var sums = new int[halves[0].Length];
            foreach (var row in halves)
            {
                random.Shuffle(row);
                for (var i = 0; i < sums.Length; i++) sums[i] += row[i];
            }
            if (Spread(sums) >= observed) hits++;
        }
        return (hits + 1.0) / (Draws + 1);
    }

    // Rises with Friedman's χ², since the mean of the sums is always the same.
    private static long Spread(int[] sums) => sums.Sum(sum => (long)sum * sum);

    private static IEnumerable<int[]> Orders(int count) => count == 0
        ? [[]]
        : Orders(count - 1).SelectMany(
            order => Enumerable.Range(0, count).Select(at => (int[])[.. order[..at], count - 1, .. order[at..]]));
}
