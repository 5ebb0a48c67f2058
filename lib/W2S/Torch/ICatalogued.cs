using System.Reflection;

namespace W2S.Torch;

/// <summary>A type that says itself what a catalogue lists of it: whoever adds a type of its kind touches no
/// list.</summary>
/// <typeparam name="TEntry">A row of the catalogue.</typeparam>
public interface ICatalogued<TEntry>
{
    /// <summary>The rows, in the order in which they are best read.</summary>
    static abstract IReadOnlyList<TEntry> Entries { get; }
}

/// <summary>Reads what types say of themselves.</summary>
internal static class Catalogued
{
    /// <summary>The entries of all types of the library.</summary>
    /// <returns>Each with the type that lists it, type by type in the order of their names.</returns>
    public static IEnumerable<(Type Type, TEntry Entry)> In<TEntry>() =>
        typeof(Catalogued).Assembly.GetTypes()
            .Where(type => type.IsClass && type.IsAssignableTo(typeof(ICatalogued<TEntry>)))
            .OrderBy(type => type.Name, StringComparer.Ordinal)
            .SelectMany(type => Of<TEntry>(type).Select(entry => (type, entry)));

    private static IReadOnlyList<TEntry> Of<TEntry>(Type type) =>
        typeof(Catalogued).GetMethod(nameof(Read), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type, typeof(TEntry)).CreateDelegate<Func<IReadOnlyList<TEntry>>>()();

    private static IReadOnlyList<TEntry> Read<T, TEntry>() where T : ICatalogued<TEntry> => T.Entries;
}
