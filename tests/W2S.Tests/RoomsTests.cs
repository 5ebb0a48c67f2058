using System.Reflection;
using System.Reflection.Emit;
using System.Text.RegularExpressions;
using W2S.Torch;

namespace W2S.Tests;

/// <summary>A namespace is a folder, and a folder's types know those of other folders only along the arrows stated
/// here.</summary>
public sealed partial class RoomsTests
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static
            | BindingFlags.DeclaredOnly;

    // Each room and all that it may know: rooms further up alone, so that no way leads back.
    private static readonly (string Room, string[] Knows)[] Rooms =
    [
        ("Torch", []),
        ("Analysis", ["Torch"]),
        ("Models.Blocks", ["Torch"]),
        ("Models.Weights", ["Torch"]),
        ("Models", ["Torch", "Models.Blocks", "Models.Weights"]),
        ("Data", ["Torch"]),
        ("Data.Views", ["Torch", "Models"]),
        ("Data.Batches", ["Torch", "Models", "Data", "Data.Views"]),
        ("Data.Episodes", ["Torch", "Data"]),
        ("Data.Noise", ["Torch", "Data", "Models.Weights"]), // people's labels come in a file of PyTorch's
        ("Data.Corruptions", ["Torch", "Data"]),
        ("Data.Shapes", ["Torch", "Data", "Data.Noise"]),
        ("Data.Sources", ["Torch", "Models", "Data", "Data.Noise", "Data.Shapes", "Data.Corruptions"]),
        ("Selection", ["Torch"]),
        ("Losses", ["Torch", "Selection"]),
        ("Losses.Distillation", ["Torch", "Losses"]),
        ("Losses.WeakToStrong", ["Torch", "Selection", "Losses"]),
        ("Losses.NoisyLabels", ["Torch", "Selection", "Losses", "Losses.WeakToStrong"]),
        ("Training", ["Torch", "Data", "Data.*", "Models", "Models.Blocks", "Models.Weights", "Losses"]),
        ("Runs", ["Torch", "Data", "Models", "Models.Weights", "Training", "Analysis"]),
        ("Experiments",
        [
            "Torch", "Analysis", "Data", "Data.*", "Models", "Models.Weights", "Selection", "Losses", "Losses.*",
            "Training", "Runs",
        ]),
        ("Experiments.FewShot",
            ["Torch", "Analysis", "Data", "Data.*", "Models", "Models.Weights", "Losses", "Losses.*", "Training",
                "Runs"]),
        ("Experiments.LabelChoice",
            ["Torch", "Analysis", "Data", "Data.*", "Models", "Models.Weights", "Selection", "Losses", "Losses.*",
                "Training",
                "Runs", "Experiments"]),
        ("Charts", ["Torch", "Analysis", "Data", "Losses.WeakToStrong", "Training", "Runs"]),
    ];

    private static readonly Dictionary<short, OpCode> Codes =
        typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    [Fact]
    public void EveryArrowIsStated()
    {
        var stated = Rooms.ToDictionary(room => room.Room, room => room.Knows);
        var wrong = Arrows().Where(
            arrow => !stated.TryGetValue(arrow.From, out var knows) || !knows.Any(known => Means(known, arrow.To)));
        Assert.Empty(wrong.Select(arrow => $"{arrow.From} → {arrow.To}: {arrow.Because}"));
    }

    [Fact]
    public void EveryStatedArrowIsThere()
    {
        var found = Arrows().Select(arrow => (arrow.From, arrow.To)).ToHashSet();
        var unused = Rooms.SelectMany(room => room.Knows.Select(known => (room.Room, Known: known)))
            .Where(stated => !found.Any(arrow => arrow.From == stated.Room && Means(stated.Known, arrow.To)));
        Assert.Empty(unused.Select(stated => $"{stated.Room} → {stated.Known}"));
    }

    [Fact]
    public void NoWayLeadsBack()
    {
        // Room by room: what a room knows stands above it. Taken together with its own folders, likewise.
        var order = Rooms.Select(room => room.Room).ToList();
        Assert.DoesNotContain(Arrows(), arrow => order.IndexOf(arrow.To) >= order.IndexOf(arrow.From));

        var left = Arrows().Select(arrow => (From: Top(arrow.From), To: Top(arrow.To))).Where(
            arrow => arrow.From != arrow.To).ToHashSet();
        while (left.RemoveWhere(arrow => !left.Any(next => next.From == arrow.To)) > 0)
        {
            // An arrow to a room that knows nobody (any more) is in no circle.
        }
        Assert.Empty(left);

        static string Top(string room) => room.Split('.')[0];
    }

    [Fact]
    public void OneFileKnowsTheImageDecoder()
    {
        var library = Path.Combine(TestPaths.Repository, "lib", "W2S");
        Assert.Equal(["ImageCodec.cs"], Directory.EnumerateFiles(library, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}")
                && File.ReadAllText(file).Contains("SkiaSharp;", StringComparison.Ordinal))
            .Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("lib/W2S", "W2S")]
    [InlineData("lib/W2S.Charts", "W2S.Charts")]
    [InlineData("lib/W2S.Sweeps", "W2S.Sweeps")]
    [InlineData("tests/W2S.Tests", "W2S.Tests")]
    public void NamespaceIsFolder(string project, string root)
    {
        var folder = Path.Combine(TestPaths.Repository, project);
        var sources = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
            .Where(file =>
                !file.StartsWith("obj/", StringComparison.Ordinal)
                    && !file.StartsWith("bin/", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(sources);
        Assert.All(sources, file =>
        {
            var expected = string.Join('.', [root, .. file.Split('/')[..^1]]);
            Assert.Equal(expected, Namespace().Match(File.ReadAllText(Path.Combine(folder, file))).Groups[1].Value);
        });
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    private static bool Means(string stated, string room) =>
        stated == room
            || (stated.EndsWith(".*", StringComparison.Ordinal)
                && room.StartsWith(stated[..^1], StringComparison.Ordinal));

    // One arrow a pair of rooms, with the first pair of types that makes it.
    private static List<(string From, string To, string Because)> Arrows() =>
        [.. new[] { typeof(TorchRuntime).Assembly, typeof(W2S.Charts.Figures).Assembly }.SelectMany(
            library => library.GetTypes())
            .Where(type => Room(type) is not null)
            .SelectMany(
                type => Known(type).Where(known => Room(known) is { } room && room != Room(type)).Select(
                    known => (type, known)))
            .GroupBy(pair => (From: Room(pair.type)!, To: Room(pair.known)!))
            .Select(pairs =>
                (pairs.Key.From, pairs.Key.To, $"{pairs.First().type.Name} knows {pairs.First().known.Name}"))];

    private static string? Room(Type type) =>
        type.Namespace is { } name && name.StartsWith("W2S.", StringComparison.Ordinal) ? name[4..] : null;

    // Every type of a signature, an attribute or a method's body. Constants are copied into those that use them and
    // leave no trace.
    private static HashSet<Type> Known(Type type)
    {
        var known = new HashSet<Type>();
        Add(type.BaseType);
        foreach (var face in type.GetInterfaces()) Add(face);
        foreach (var parameter in type.GetGenericArguments().Where(argument => argument.IsGenericParameter))
            AddAll(parameter.GetGenericParameterConstraints());
        foreach (var field in type.GetFields(Declared)) Add(field.FieldType);
        AddAll(type.GetCustomAttributesData().Select(attribute => attribute.AttributeType));
        foreach (var method in type.GetMethods(Declared).Cast<MethodBase>().Concat(type.GetConstructors(Declared)))
        {
            AddAll(method.GetParameters().Select(parameter => parameter.ParameterType));
            if (method is MethodInfo { ReturnType: var result }) Add(result);
            if (method.IsGenericMethod)
                AddAll(method.GetGenericArguments().SelectMany(argument => argument.GetGenericParameterConstraints()));
            if (method.GetMethodBody() is not { } body) continue;
            AddAll(body.LocalVariables.Select(local => local.LocalType));
            AddAll(body.ExceptionHandlingClauses.Where(clause => clause.Flags == ExceptionHandlingClauseOptions.Clause)
                .Select(clause => clause.CatchType));
            foreach (var member in Members(method, body.GetILAsByteArray()!)) AddMember(member);
        }
        return known;

        void AddAll(IEnumerable<Type?> types)
        {
            foreach (var one in types) Add(one);
        }

        void AddMember(MemberInfo member)
        {
            Add(member as Type ?? member.DeclaringType);
            switch (member)
            {
                case FieldInfo field: Add(field.FieldType); break;
                case MethodBase method:
                    AddAll(method.GetParameters().Select(parameter => parameter.ParameterType));
                    if (method is MethodInfo { ReturnType: var result }) Add(result);
                    if (method.IsGenericMethod) AddAll(method.GetGenericArguments());
                    break;
            }
        }

        void Add(Type? one)
        {
            if (one is null || one.IsGenericParameter) return;
            if (one.HasElementType)
            {
                Add(one.GetElementType());
                return;
            }
            if (one.IsGenericType) AddAll(one.GetGenericArguments());
            known.Add(one.IsGenericType ? one.GetGenericTypeDefinition() : one);
        }
    }

    private static IEnumerable<MemberInfo> Members(MethodBase method, byte[] code)
    {
        var ofType = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        var ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var at = 0; at < code.Length;)
        {
            var value = code[at++];
            var operation = Codes[value == 0xfe ? unchecked((short)(0xfe00 | code[at++])) : value];
            switch (operation.OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineType
                    or OperandType.InlineTok:
                    yield return method.Module.ResolveMember(BitConverter.ToInt32(code, at), ofType, ofMethod)!;
                    at += 4;
                    break;
                case OperandType.InlineSwitch:
                    at += 4 + 4 * BitConverter.ToInt32(code, at);
                    break;
                default:
                    at += operation.OperandType switch
                    {
                        OperandType.InlineNone => 0,
                        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                        OperandType.InlineVar => 2,
                        OperandType.InlineI8 or OperandType.InlineR => 8,
                        _ => 4,
                    };
                    break;
            }
        }
    }
}
