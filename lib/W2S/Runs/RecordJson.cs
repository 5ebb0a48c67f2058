using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using W2S.Models;
using W2S.Torch;

namespace W2S.Runs;

/// <summary>A record as JSON that is the same on every machine: what an experiment's hash is made of.</summary>
/// <remarks>
/// An object becomes its type's name and every public property that can be set when it is made, in the order of their
/// names, but for role and variant, which <see cref="Experiment"/> itself has; one of the reader's own types, also its
/// other fields. Properties may hold numbers, booleans, texts, enums, nulls, lists, tuples, further such records and
/// the reader's own functions with the variables that they use. What is only computed from them takes no part, nor does
/// an <see cref="AddedAttribute">option added later</see> at its default. Last comes the <see cref="CodeIdentity"/> of
/// all types in it and of the runs that it needs, where it says anything.
/// </remarks>
internal sealed class RecordJson
{
    private const int DeepestNeeds = 100;

    [ThreadStatic]
    private static int depth;

    private readonly CodeIdentity code = new();
    private readonly SortedDictionary<string, JsonNode?> statics = new(StringComparer.Ordinal);

    private RecordJson()
    {
    }

    /// <exception cref="NotSupportedException">A property holds what cannot be written; the message names
    /// it.</exception>
    public static JsonObject Of(Experiment experiment)
    {
        var writer = new RecordJson();
        var json = new JsonObject { ["kind"] = experiment.Kind };
        foreach (var (name, value) in writer.Properties(experiment, experiment.GetType().Name)) json[name] = value;
        writer.TakeNeeds(experiment);
        if (writer.code.Lines.Count > 0)
            json["code"] = new JsonArray([.. writer.code.Lines.Select(line => (JsonNode)line)]);
        if (writer.statics.Count > 0) json["static fields"] = new JsonObject(writer.statics);
        return json;
    }

    // What a run needs need not stand in its record, but its code made the run's numbers too.
    private void TakeNeeds(Experiment experiment)
    {
        if (++depth > DeepestNeeds)
            throw new ArgumentException($"{experiment.GetType().Name} needs itself; take it out of its Needs",
                nameof(experiment));
        try
        {
            foreach (var need in experiment.Needs.Select(need => need.Record))
            {
                if (need["code"] is JsonArray lines) code.Add(lines.Select(line => (string)line!));
                foreach (var (name, value) in need["static fields"] as JsonObject
                    ?? []) statics.TryAdd(name, value?.DeepClone());
            }
        }
        finally
        {
            depth--;
        }
    }

    private IEnumerable<(string Name, JsonNode? Value)> Properties(object record, string path)
    {
        var type = record.GetType();
        yield return ("type", CompiledNames.Plain(type.Name));
        foreach (var property in Settable(type).OrderBy(property => property.Name, StringComparer.Ordinal))
        {
            var value = property.GetValue(record);
            if (property.IsDefined(typeof(AddedAttribute)) && IsDefault(value, property.PropertyType)) continue;
            yield return (property.Name, Value(value, $"{path}.{property.Name}"));
        }
        foreach (var network in (record as NetworkSource)?.Code ?? []) code.Add(network);
        if (Take(code.Add(type)) is not { } own) yield break;
        foreach (var field in Hidden(type).Where(field => !own.Changes(field)))
            yield return ($"field {field.Name}", Value(field.GetValue(record), $"{path}.{field.Name}"));
    }

    private static bool IsDefault(object? value, Type type) =>
        value is null || type.IsValueType && value.Equals(Activator.CreateInstance(type));

    private static IEnumerable<PropertyInfo> Settable(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property =>
            property.SetMethod is not null && property.GetMethod is not null
                && property.GetIndexParameters().Length == 0 && property.DeclaringType != typeof(Experiment));

    // The library's own records have nothing but properties.
    private static IEnumerable<FieldInfo> Hidden(Type type)
    {
        var shown = Settable(type).Select(property => $"<{property.Name}>k__BackingField").ToHashSet();
        for (var own = type; own is not null && CodeOrigins.Of(own.Assembly) == CodeOrigin.Own; own = own.BaseType)
        {
            foreach (var field in own.GetFields(
                BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly))
                if (!shown.Contains(field.Name)) yield return field;
        }
    }

    private JsonNode? Value(object? value, string path)
    {
        switch (value)
        {
            case null: return null;
            case string text: return text;
            case bool flag: return flag;
            case Enum word: return word.ToString();
            case double or float or Half or decimal:
                return ((IFormattable)value).ToString("R", CultureInfo.InvariantCulture);
            case TimeSpan span: return span.ToString("c", CultureInfo.InvariantCulture);
            case IFormattable when value.GetType().IsPrimitive:
                return Convert.ToInt64(value, CultureInfo.InvariantCulture);
            case IDictionary dictionary:
                var entries = new JsonObject();
                foreach (var key in dictionary.Keys.Cast<object>().OrderBy(key => key.ToString(),
                    StringComparer.Ordinal))
                    entries[key.ToString()!] = Value(dictionary[key], $"{path}[{key}]");
                return entries;
            case IEnumerable list when !IsOwnRecord(value.GetType()):
                return new JsonArray([.. list.Cast<object?>().Select((item, i) => Value(item, $"{path}[{i}]"))]);
            case System.Runtime.CompilerServices.ITuple tuple:
                return new JsonArray(
                    [.. Enumerable.Range(0, tuple.Length).Select(i => Value(tuple[i], $"{path}.Item{i + 1}"))]);
            case var record when IsRecord(record.GetType()):
                return new JsonObject(
                    Properties(record, path).Select(property => KeyValuePair.Create(property.Name, property.Value)));
            case Delegate { HasSingleTarget: true } function when Take(code.Add(function.Method)) is { } body:
                return Function(function, body, path);
            default:
                throw new NotSupportedException(
                    $"{path} is a {value.GetType().Name}, which has no place in an experiment's record; make it a "
                    + "record");
        }
    }

    // What a function keeps from where it was written: the variables that it uses, or the object that it belongs to.
    private JsonObject Function(Delegate function, CompiledCode body, string path)
    {
        var json = new JsonObject { ["type"] = "function", ["name"] = CompiledNames.Plain(function.Method.Name) };
        if (function.Target is not { } target) return json;
        if (!CompiledNames.IsContainer(target.GetType()))
        {
            json["of"] = Value(target, $"{path}'s object");
            return json;
        }
        var around = Around(target);
        foreach (var field in body.Captured.Where(field => !CompiledNames.IsContainer(field.FieldType)).OrderBy(
            field => field.Name, StringComparer.Ordinal))
        {
            var place =
                around.FirstOrDefault(
                    one => one.GetType().Module == field.Module
                        && one.GetType().MetadataToken == field.DeclaringType!.MetadataToken);
            if (place is null) continue; // made anew inside the function
            var current =
                place.GetType()
                    .GetField(field.Name, BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)!;
            json[$"uses {CompiledNames.Plain(field.Name)}"] = Value(current.GetValue(place), $"{path}'s {field.Name}");
        }
        return json;
    }

    private static List<object> Around(object target)
    {
        List<object> found = [target];
        for (var next = 0; next < found.Count; next++)
        {
            foreach (var field in found[next].GetType().GetFields(
                BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance))
            {
                if (CompiledNames.IsContainer(field.FieldType) && field.GetValue(found[next]) is { } outer
                    && !found.Contains(outer)) found.Add(outer);
            }
        }
        return found;
    }

    // A static field that other code may set counts by its value; a readonly one by the code that makes it.
    private CompiledCode? Take(CompiledCode? own)
    {
        foreach (var field in own?.Statics ?? [])
        {
            var shown = field.Name.EndsWith(">k__BackingField", StringComparison.Ordinal)
                ? field.Name[1..^">k__BackingField".Length] : field.Name;
            var name = $"{CompiledNames.Plain(field.DeclaringType!.Name)}.{shown}";
            if (field.IsInitOnly || field.IsLiteral || statics.ContainsKey(name)) continue;
            try
            {
                statics[name] = null; // it may lead back here
                statics[name] = Value(field.GetValue(null), name);
            }
            catch (NotSupportedException error)
            {
                throw new NotSupportedException(
                    $"{name} is static and other code can set it, but no record can hold its value; make it readonly, "
                    + "or a property of the record", error);
            }
        }
        return own;
    }

    private static bool IsOwnRecord(Type type) => IsRecord(type) && CodeOrigins.Of(type.Assembly) == CodeOrigin.Own;

    // Every record class has a clone method, and every record a printer of its members.
    private static bool IsRecord(Type type) =>
        type.GetMethod("<Clone>$") is not null
            || (type.IsValueType
                && type.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Instance) is not null);
}
