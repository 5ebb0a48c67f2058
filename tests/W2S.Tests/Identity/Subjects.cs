using System.Collections;
using System.Reflection;
using W2S.Data.Batches;
using W2S.Data.Shapes;
using W2S.Data.Views;
using W2S.Experiments;
using W2S.Experiments.FewShot;
using W2S.Experiments.LabelChoice;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Losses.NoisyLabels;
using W2S.Losses.WeakToStrong;
using W2S.Models;
using W2S.Runs;
using W2S.Selection;
using W2S.Torch;

namespace W2S.Tests.Identity;

/// <summary>The library's types that carry a revision: whatever may stand in a record, the engines, and what a reader's
/// own loss builds on.</summary>
internal static class Subjects
{
    private static readonly Assembly Library = typeof(Loss).Assembly;

    /// <summary>Names of what experiments run on.</summary>
    public static IReadOnlySet<string> Engines { get; } =
        Library.GetTypes().SelectMany(EnginesOf).Select(type => type.Name).ToHashSet();

    /// <summary>Names of the types whose revision stands in the record of whatever reaches them: engines, and runs that
    /// a run needs.</summary>
    public static IReadOnlySet<string> Stops { get; } =
        Engines.Concat(
            Library.GetTypes().Where(type => type.IsSubclassOf(typeof(Experiment)) && !type.IsAbstract)
                .Select(type => type.Name)).ToHashSet();

    /// <summary>All of them, in the order of their names.</summary>
    public static IReadOnlyList<Type> All { get; } = [.. Find().OrderBy(type => type.Name, StringComparer.Ordinal)];

    /// <summary>The library's types by whose code an object's numbers are made: those in its record and what they run
    /// on.</summary>
    public static IReadOnlySet<string> In(object value)
    {
        var found = new HashSet<string>();
        Walk(value);
        return found;

        void Walk(object? one)
        {
            if (one is null or string) return;
            if (one is IEnumerable list) foreach (var item in list) Walk(item);
            if (one.GetType().Assembly != Library || one is Enum) return;
            for (var type = one.GetType(); type is not null && type.Assembly == Library; type = type.BaseType)
            {
                found.Add(type.Name);
                foreach (var engine in EnginesOf(type)) found.Add(engine.Name);
            }
            foreach (var network in (one as NetworkSource)?.Code ?? []) found.Add(network.Name);
            foreach (var property in Settable(one.GetType())) Walk(property.GetValue(one));
            if (one is Experiment experiment) foreach (var need in experiment.Needs) Walk(need);
        }
    }

    // An interface among them stands for all that implement it.
    private static IEnumerable<Type> EnginesOf(Type type) =>
        (type.GetCustomAttribute<RunsOnAttribute>(inherit: false)?.Engines ?? []).SelectMany(
            engine => engine.IsInterface ? Library.GetTypes().Where(one => one.IsAssignableTo(engine)) : [engine]);

    private static HashSet<Type> Find()
    {
        var found = new HashSet<Type>();
        var open = new Queue<Type>([typeof(Loss), typeof(Experiment)]);
        while (open.TryDequeue(out var type))
        {
            if (type.IsArray) open.Enqueue(type.GetElementType()!);
            foreach (var argument in type.GenericTypeArguments) open.Enqueue(argument);
            if (type.Assembly != Library || type.IsEnum || !found.Add(type)) continue;
            foreach (var below in Library.GetTypes().Where(one => one != type && type.IsAssignableFrom(one)))
                open.Enqueue(below);
            foreach (var property in Settable(type)) open.Enqueue(property.PropertyType);
            foreach (var engine in EnginesOf(type)) open.Enqueue(engine);
        }
        // for losses of one's own
        found.UnionWith([typeof(Logits), typeof(LossBatch), typeof(LossParts), typeof(TeacherTerms)]);
        found.RemoveWhere(
            type => type == typeof(Experiment) || type.IsInterface || type.IsNested || !IsRecordOrEngine(type));
        return found;
    }

    private static bool IsRecordOrEngine(Type type) =>
        Engines.Contains(type.Name) || type.GetMethod("<Clone>$") is not null || type.IsValueType
            || type.Namespace == typeof(Loss).Namespace;

    private static IEnumerable<PropertyInfo> Settable(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.SetMethod is not null && property.GetIndexParameters().Length == 0);
}
