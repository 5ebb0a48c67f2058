using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using W2S.Torch;

namespace W2S.Runs;

/// <summary>Lets a type say itself what identifies it where it stands inside an experiment's record.</summary>
public interface IIdentified
{
    /// <summary>A text that is equal for equal content and for nothing else, for instance a name and a
    /// fingerprint.</summary>
    string Identity { get; }
}

/// <summary>A record as JSON that is the same on every machine: what an experiment's hash is made of.</summary>
/// <remarks>
/// An object becomes its type's name and every public property that can be set when it is made, in the order of their
/// names. Properties may hold numbers, booleans, texts, enums, nulls, lists, tuples and further such records; anything
/// else must be
/// <see cref="IIdentified"/>. What is only computed from them takes no part.
/// </remarks>
internal static class RecordJson
{
    /// <exception cref="NotSupportedException">A property holds what cannot be written; the message names
    /// it.</exception>
    public static JsonObject Of(Experiment experiment)
    {
        var json = new JsonObject { ["kind"] = experiment.Kind };
        foreach (var (name, value) in Properties(experiment, experiment.GetType().Name)) json[name] = value;
        return json;
    }

    private static IEnumerable<(string Name, JsonNode? Value)> Properties(object record, string path)
    {
        yield return ("type", record.GetType().Name);
        foreach (var property in record.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property =>
                property.SetMethod is not null && property.GetMethod is not null
                    && property.GetIndexParameters().Length == 0)
            .OrderBy(property => property.Name, StringComparer.Ordinal))
        {
            var value = property.GetValue(record);
            if (property.GetCustomAttribute<AddedLaterAttribute>() is { } later && later.IsSilent(value)) continue;
            yield return (property.Name, Value(value, $"{path}.{property.Name}"));
        }
    }

    private static JsonNode? Value(object? value, string path)
    {
        switch (value)
        {
            case null: return null;
            case IIdentified identified: return identified.Identity;
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
            case IEnumerable list:
                return new JsonArray([.. list.Cast<object?>().Select((item, i) => Value(item, $"{path}[{i}]"))]);
            case System.Runtime.CompilerServices.ITuple tuple:
                return new JsonArray(
                    [.. Enumerable.Range(0, tuple.Length).Select(i => Value(tuple[i], $"{path}.Item{i + 1}"))]);
            case var record when IsRecord(record.GetType()):
                return new JsonObject(
                    Properties(record, path).Select(property => KeyValuePair.Create(property.Name, property.Value)));
            default:
                throw new NotSupportedException(
                    $"{path} is a {value.GetType().Name}, which has no place in an experiment's record; make it a "
                    + $"record, or let it be {nameof(IIdentified)}");
        }
    }

    // Every record class has a clone method, and every record a printer of its members.
    private static bool IsRecord(Type type) =>
        type.GetMethod("<Clone>$") is not null
            || (type.IsValueType
                && type.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Instance) is not null);
}
