using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Security.Cryptography;
using System.Text;

namespace W2S.Torch;

/// <summary>What the compiler made of a reader's own type or function and of all others of theirs that it
/// uses.</summary>
/// <remarks>
/// Instructions with every reference written out by name; the reader's own types and functions are numbered in the
/// order in which they
/// are met, so that a kernel's numbering of cells and the compiler's numbering of lambda expressions leave no trace.
/// The same source
/// gives the same code after a restart, and another constant gives another.
/// </remarks>
internal sealed class CompiledCode
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static
            | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> Codes =
        typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    private readonly StringBuilder text = new();
    private readonly Dictionary<MemberInfo, int> numbers = [];
    private readonly Queue<MemberInfo> open = [];
    private readonly HashSet<Type> library = [];
    private readonly HashSet<FieldInfo> used = [], written = [];

    /// <summary>Reads it.</summary>
    public CompiledCode(MemberInfo typeOrMethod)
    {
        Number(typeOrMethod);
        while (open.TryDequeue(out var member))
        {
            text.Append('\n').Append(numbers[member]).Append(' ');
            if (member is MethodBase method) Write(method);
            else if (member is Type type) Write(type);
        }
        Sum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }

    /// <summary>The first 16 hexadecimal digits of its SHA-256.</summary>
    public string Sum { get; }

    /// <summary>Types of this library that it uses.</summary>
    public IReadOnlyCollection<Type> Library => library;

    /// <summary>Its static fields that something else may have set: what they hold is no part of the code.</summary>
    public IEnumerable<FieldInfo> Statics =>
        used.Where(one => one.IsStatic && !written.Contains(one) && !one.DeclaringType!.ContainsGenericParameters);

    /// <summary>What it uses of the variables around it.</summary>
    public IEnumerable<FieldInfo> Captured =>
        used.Where(one =>
            !one.IsStatic && CompiledNames.IsContainer(one.DeclaringType!) && !written.Contains(one));

    /// <summary>Whether the code itself changes a field once it is made: what it holds is then the run's own
    /// doing.</summary>
    public bool Changes(FieldInfo field) => written.Contains(Definition(field));

    private int Number(MemberInfo member)
    {
        if (numbers.TryGetValue(member, out var number)) return number;
        open.Enqueue(member);
        return numbers[member] = numbers.Count;
    }

    private void Write(Type type)
    {
        text.Append(type.Attributes & TypeAttributes.ClassSemanticsMask).Append(type.IsAbstract ? " abstract " : " ")
            .Append(CompiledNames.Plain(type.Name)).Append(" : ")
            .Append(type.BaseType is { } up ? Name(type.Module, up) : "");
        foreach (var one in type.GetInterfaces().Select(one => Name(type.Module, one)).Order(StringComparer.Ordinal))
            text.Append(", ").Append(one);
        if (CompiledNames.IsContainer(type)) return;
        foreach (var field in type.GetFields(Declared).OrderBy(field => field.MetadataToken))
        {
            text.Append("\n  ").Append(field.Attributes).Append(' ').Append(Name(type.Module, field.FieldType))
                .Append(' ').Append(field.Name);
            if (field.IsLiteral) text.Append(" = ").Append(Constant(field.GetRawConstantValue()));
        }
        foreach (var method in type.GetMembers(Declared).OfType<MethodBase>().OrderBy(method => method.MetadataToken))
        {
            text.Append("\n  ");
            Write(method);
        }
    }

    private void Write(MethodBase method)
    {
        var module = method.Module;
        text.Append(method.Attributes).Append(' ').Append(CompiledNames.Plain(method.Name)).Append(Signature(method));
        foreach (var parameter in method.GetParameters().Where(parameter => parameter.HasDefaultValue))
            text.Append(Constant(parameter.RawDefaultValue));
        if (method.GetMethodBody() is not { } body) return;
        foreach (var local in body.LocalVariables) text.Append("\n    local ").Append(Name(module, local.LocalType));
        foreach (var clause in body.ExceptionHandlingClauses)
        {
            text.Append(
                $"\n    {clause.Flags} {clause.TryOffset} {clause.TryLength} {clause.HandlerOffset} "
                + $"{clause.HandlerLength}");
            if (clause.Flags == ExceptionHandlingClauseOptions.Clause && clause.CatchType is { } caught)
                text.Append(' ').Append(Name(module, caught));
        }
        Write(method, body.GetILAsByteArray()!);
    }

    private void Write(MethodBase method, byte[] il)
    {
        var ofType = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        var ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var at = 0; at < il.Length;)
        {
            short value = il[at++];
            if (value == 0xFE) value = (short)(0xFE00 | il[at++]);
            var code = Codes[value];
            text.Append("\n    ").Append(code.Name).Append(' ');
            if (code.OperandType == OperandType.InlineSwitch)
            {
                var size = 4 + 4 * BitConverter.ToInt32(il, at);
                text.Append(Convert.ToHexString(il, at, size));
                at += size;
                continue;
            }
            var token = Size(code.OperandType) >= 4 ? BitConverter.ToInt32(il, at) : 0;
            switch (code.OperandType)
            {
                case OperandType.InlineString:
                    text.Append('"').Append(method.Module.ResolveString(token)).Append('"');
                    break;
                case OperandType.InlineSig:
                    text.Append(Convert.ToHexString(method.Module.ResolveSignature(token)));
                    break;
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok
                    or OperandType.InlineType:
                    Refer(method, code, method.Module.ResolveMember(token, ofType, ofMethod)!);
                    break;
                default:
                    text.Append(Convert.ToHexString(il, at, Size(code.OperandType)));
                    break;
            }
            at += Size(code.OperandType);
        }
    }

    private void Refer(MethodBase by, OpCode code, MemberInfo member)
    {
        if (member is Type type)
        {
            text.Append(Name(by.Module, type));
            return;
        }
        var place = member.DeclaringType;
        text.Append(place is null ? "" : Name(by.Module, place)).Append("::").Append(CompiledNames.Plain(member.Name));
        if (member is MethodBase method)
        {
            if (method.IsGenericMethod)
                text.Append('<').AppendJoin(", ", method.GetGenericArguments().Select(one => Name(by.Module, one)))
                    .Append('>');
            text.Append(Signature(method));
            if (place is not null && IsOwn(place) && CompiledNames.IsContainer(place))
                text.Append('#').Append(Number(Definition(method)));
        }
        else if (member is FieldInfo field && IsOwn(place!))
        {
            text.Append(' ').Append(Name(by.Module, field.FieldType));
            // a kept lambda, or an array named by its content
            if (CompiledNames.IsContainer(place!) && field.IsStatic && place!.Name.StartsWith('<')) return;
            used.Add(Definition(field));
            if ((code == OpCodes.Stfld || code == OpCodes.Stsfld) && !Fills(by)) written.Add(Definition(field));
        }
    }

    // What makes an object, or a cell's variables, sets them up; whatever else writes to a field uses it to remember.
    private static bool Fills(MethodBase method) =>
        method is ConstructorInfo || method.Name.StartsWith("set_", StringComparison.Ordinal)
        || method.DeclaringType!.Name.Contains("<<Initialize>>", StringComparison.Ordinal);

    private string Signature(MethodBase method)
    {
        var definition = Definition(method);
        var parameters = definition.GetParameters().Select(parameter => Name(method.Module, parameter.ParameterType));
        var returned = definition is MethodInfo { ReturnType: var result } ? Name(method.Module, result) : "";
        return $"({string.Join(", ", parameters)}){returned}";
    }

    private string Name(Module from, Type type)
    {
        if (type.IsGenericParameter)
            return $"{(type.DeclaringMethod is null ? "!" : "!!")}{type.GenericParameterPosition}";
        if (type.HasElementType)
            return Name(from, type.GetElementType()!)
                + (type.IsArray ? $"[{type.GetArrayRank()}]" : type.IsByRef ? "&" : "*");
        if (type.IsFunctionPointer) return "function";
        if (type.IsConstructedGenericType)
        {
            var arguments = type.GetGenericArguments().Select(one => Name(from, one));
            return $"{Name(from, type.GetGenericTypeDefinition())}<{string.Join(", ", arguments)}>";
        }
        switch (CodeOrigins.Of(type.Assembly))
        {
            case CodeOrigin.Own: return $"{CompiledNames.Plain(type.Name)}#{Number(type)}";
            case CodeOrigin.Library:
                library.Add(type);
                // rooms may change, names stay
                return type.IsNested ? $"{type.DeclaringType!.Name}.{type.Name}" : type.Name;
            case CodeOrigin.Package:
                return $"{type.FullName}, {type.Assembly.GetName().Name} {type.Module.ModuleVersionId:n}";
            default: return type.FullName ?? type.Name;
        }
    }

    private static bool IsOwn(Type type) => CodeOrigins.Of(type.Assembly) == CodeOrigin.Own;

    private static MethodBase Definition(MethodBase method) => method.Module.ResolveMethod(method.MetadataToken)!;

    private static FieldInfo Definition(FieldInfo field) => field.Module.ResolveField(field.MetadataToken)!;

    private static string? Constant(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture);

    private static int Size(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };
}
