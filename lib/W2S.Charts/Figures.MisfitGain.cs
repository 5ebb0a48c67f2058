using Plotly.NET;
using W2S.Runs;

namespace W2S.Charts;

public static partial class Figures
{
    /// <summary>What students gained against how far they left their teachers, with the diagonal of the
    /// theory.</summary>
    /// <param name="title">The claim or quantity.</param>
    /// <param name="runs">Runs that measured misfit and gain: a point each.</param>
    /// <param name="caption">What stands under the title before n.</param>
    /// <returns>The chart, in nats.</returns>
    /// <exception cref="ArgumentException">There is no point.</exception>
    public static GenericChart MisfitGain(string title, RunSet runs, string caption = "")
    {
        Require(runs, nameof(runs));
        return Scatter(title, "misfit KL(student ‖ teacher), nats", "gain NLL(teacher) − NLL(student), nats",
            [.. MethodStyle.Sorted(
                runs.By(run => run.Facets with { Variant = null }).GroupBy(group => group.Key.Method).Select(
                    group => (group.First().Key, Runs: group.SelectMany(own => own.Runs))), group => group.Key).Select(
                method => new PointGroup(method.Key.Method, [.. method.Runs.Select(
                    run => (run["misfit reverse"], run["NLL gain"], ""))]) { Style = MethodStyle.Of(method.Key) })],
            Join(caption, $"{runs.Count} runs, a point each",
                "Diagonal: gain = misfit, a lower bound for a convex class of students with the target inside it, "
                + "trained by reverse KL; other students need not keep it"), diagonal: "gain = misfit");
    }
}
