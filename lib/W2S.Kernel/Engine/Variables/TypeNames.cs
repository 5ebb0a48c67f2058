namespace W2S.Kernel.Engine.Variables;

/// <summary>Writes types as C# does.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(char)] = "char",
        [typeof(decimal)] = "decimal",
        [typeof(double)] = "double",
        [typeof(float)] = "float",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
    };

    /// <summary>For the reader: without namespaces.</summary>
    public static string Short(Type type) => Write(type, full: false);

    /// <summary>For a cell's code: complete. <c>object</c> where other code cannot name the type.</summary>
    public static string Complete(Type type) => CanBeNamed(type) ? Write(type, full: true) : "object";

    private static bool CanBeNamed(Type type) =>
        type.HasElementType ? type.IsArray && CanBeNamed(type.GetElementType()!)
        : type.IsVisible && !type.Assembly.IsDynamic && type.Assembly.Location.Length > 0
            && type.GetGenericArguments().All(CanBeNamed);

    private static string Write(Type type, bool full)
    {
        if (Keywords.TryGetValue(type, out var keyword)) return keyword;
        if (type.IsArray) return $"{Write(type.GetElementType()!, full)}[{new string(',', type.GetArrayRank() - 1)}]";
        if (Nullable.GetUnderlyingType(type) is { } value) return Write(value, full) + "?";
        var arguments = new Queue<Type>(type.GetGenericArguments());
        var names = new Stack<Type>();
        for (var at = type; at is not null; at = at.DeclaringType) names.Push(at);
        var written = string.Join('.', names.Select(part => Part(part, arguments, full)));
        if (full) return $"global::{(type.Namespace is { } space ? space + "." : "")}{written}";
        var ofACell = written.LastIndexOf("Submission", StringComparison.Ordinal) is 0;
        return ofACell ? written[(written.IndexOf('.') + 1)..] : written;
    }

    private static string Part(Type type, Queue<Type> arguments, bool full)
    {
        var tick = type.Name.IndexOf('`');
        if (tick < 0) return type.Name;
        var own = Enumerable.Range(0,
            int.Parse(type.Name[(tick + 1)..], System.Globalization.CultureInfo.InvariantCulture))
                .Select(_ => Write(arguments.Dequeue(), full));
        return $"{type.Name[..tick]}<{string.Join(", ", own)}>";
    }
}
