using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace W2S.Runs;

/// <summary>One run, described before it is made: an immutable record whose properties decide everything about its
/// numbers.</summary>
/// <remarks>
/// A kind of experiment is a record that derives from this one, with a property for everything that matters (data,
/// networks, loss, seed, …) and a <see cref="Run"/> that does it. Equal records have equal hashes, on any machine and
/// under any culture; a property that changes, also deep inside, changes the hash. See <see cref="RecordJson"/> for
/// what a property may hold.
/// </remarks>
public abstract record Experiment
{
    private JsonObject? record;
    private string? hash;

    /// <summary>Takes no part in the record's identity.</summary>
    protected Experiment()
    {
    }

    /// <summary>A copy computes a hash of its own.</summary>
    /// <param name="original">The record copied.</param>
    protected Experiment(Experiment original)
    {
        ArgumentNullException.ThrowIfNull(original);
        (Scenario, Role, Variant) = (original.Scenario, original.Role, original.Variant);
    }

    /// <summary>Whether both are of one kind; a kind's own properties are compared by the kind. What was computed from
    /// them counts for nothing.</summary>
    /// <param name="other">Another run.</param>
    /// <returns>False for null.</returns>
    public virtual bool Equals(Experiment? other) => other is not null && EqualityContract == other.EqualityContract;

    /// <inheritdoc/>
    public override int GetHashCode() => EqualityContract.GetHashCode();

    /// <summary>What sort of run this is, in small letters, for instance <c>distillation</c>; the name of its
    /// folder.</summary>
    public abstract string Kind { get; }

    /// <summary>What this run is, in types.</summary>
    public abstract RunFacets Facets { get; }

    /// <summary>What each of the things is that the run measures at once; none where it measures one.</summary>
    public virtual IReadOnlyList<RunFacets> Arms => [];

    /// <summary>Test images for each training image, where the seeds re-deal one pool of images: results of two seeds
    /// then share images, and intervals over seeds are widened by it. 0 where the test images are a pool of their own
    /// and nothing is re-dealt. See <see cref="Analysis.Statistics"/>.</summary>
    public abstract double TestPerTrain { get; }

    /// <summary>The kind of study, where another than that which its kind gives it.</summary>
    /// <value>Null: the kind's. Takes no part in the record's identity.</value>
    public string? Scenario { get; init; }

    /// <summary>The part that the run plays, where another than that which its kind gives it.</summary>
    /// <value>Null: the kind's. Decides no number and takes no part in the record's identity.</value>
    public Role? Role { get; init; }

    /// <summary>In what it differs from the method's usual form, for tables and charts.</summary>
    /// <value>Null: in nothing. Takes no part in the record's identity.</value>
    public string? Variant { get; init; }

    /// <summary>The method, as tables and charts call it: see <see cref="RunFacets.Method"/>.</summary>
    public string Name => Facets.Method;

    /// <summary>What methods are compared within: see <see cref="RunFacets.Setting"/>.</summary>
    public string Setting => Facets.Setting;

    /// <summary>The seed or the number of the split; methods are paired by it.</summary>
    public abstract long Seed { get; init; }

    /// <summary>Runs that must be there first, for instance the teacher.</summary>
    public virtual IReadOnlyList<Experiment> Needs => [];

    /// <summary>Whether it reads files that those runs kept, for instance the teacher's weights; a committed result,
    /// which has none, does not serve then.</summary>
    /// <value>False.</value>
    public virtual bool NeedsFiles => false;

    /// <summary>Whether such runs are made side by side, one on each processor core and with one thread of libtorch:
    /// for runs of operations too small to share out, which draw nothing from libtorch's own generator.</summary>
    /// <value>False: one run after the other, each with all threads.</value>
    public virtual bool SideBySide => false;

    /// <summary>The record as JSON: kind, type and every property that can be set.</summary>
    public JsonObject Record => record ??= RecordJson.Of(this);

    /// <summary>The first 16 hexadecimal digits of the SHA-256 of <see cref="Record"/>.</summary>
    public string Hash => hash ??= HashOf(Record);

    /// <summary>Makes the run. Called once for a finished run; after an interruption it is called again with the same
    /// folder.</summary>
    /// <param name="context">Where to work, what to report to, when to stop.</param>
    /// <returns>What was measured.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled; whatever allows the run to go on lies in
    /// the context's folder.</exception>
    protected internal abstract RunOutcome Run(RunContext context);

    /// <inheritdoc/>
    public sealed override string ToString() => $"{Name}, {Setting}, seed {Seed} ({Kind} {Hash})";

    internal static string HashOf(JsonObject record) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(record.ToJsonString())))[..16];
}
