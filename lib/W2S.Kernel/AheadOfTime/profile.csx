// Writes the profile that Compile.targets gives to crossgen2: the generic methods that the runtime compiled when it ran
// first-cell.csx.
// Arguments: the runtime's list of what it compiled (DOTNET_JitStdOutFile), the profile to write.
using System.IO;
using System.Reflection;
using System.Reflection.Emit;

const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance
    | BindingFlags.DeclaredOnly;

if (Environment.GetCommandLineArgs().SkipWhile(word => word != "--").ToArray() is not [_, var list, var profile])
    throw new ArgumentException("give the list and the profile: profile.csx -- LIST PROFILE");
var assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
    .Select(path => Try(() => Assembly.Load(AssemblyName.GetAssemblyName(path)))).OfType<Assembly>().ToArray();
var known = new Dictionary<string, Type[]>();

T? Try<T>(Func<T> make) where T : class
{
    try { return make(); }
    catch (Exception e) when (e is ArgumentException or BadImageFormatException or IOException or TypeLoadException)
    {
        return null;
    }
}

// Several assemblies may have a type of one name: small helpers that each has its own copy of.
Type[] Named(string name)
{
    if (name.Length == 0) return []; // of an array of several dimensions
    var full = name switch
    {
        "bool" => "System.Boolean", "char" => "System.Char", "sbyte" => "System.SByte", "byte" => "System.Byte",
        "short" => "System.Int16", "ushort" => "System.UInt16", "int" => "System.Int32", "uint" => "System.UInt32",
        "long" => "System.Int64", "ulong" => "System.UInt64", "float" => "System.Single", "double" => "System.Double",
        _ => name,
    };
    return known.TryGetValue(name, out var types) ? types
        : known[name] = [.. assemblies.Select(assembly => assembly.GetType(full, false)).OfType<Type>().Distinct()];
}

// The types that begin at a place, Name`2[Argument,Argument[]]; the place moves on to their end.
Type[] Types(string text, ref int at)
{
    var start = at;
    while (at < text.Length && text[at] is not ('[' or ']' or ',' or '(')) at++;
    var types = Named(text[start..at]);
    while (at + 1 < text.Length && text[at] == '[')
        types = text[at + 1] == ']' ? Arrays(types, ref at) : Instances(types, Lists(text, ref at));
    return types;
}

Type[] Arrays(Type[] types, ref int at)
{
    at += 2;
    return [.. types.Select(type => type.MakeArrayType())];
}

Type[] Instances(Type[] types, Type[][] lists) => [.. types.SelectMany(type =>
    lists.Select(arguments => Try(() => type.MakeGenericType(arguments))).OfType<Type>())];

// The lists of arguments that begin at a bracket: one, where no name is ambiguous.
Type[][] Lists(string text, ref int at)
{
    Type[][] lists = [[]];
    while (text[at] != ']')
    {
        at++;
        var types = Types(text, ref at);
        lists = [.. lists.SelectMany(arguments => types.Select(type => (Type[])[.. arguments, type]))];
    }
    at++;
    return lists;
}

// A line is "Type:Method[Argument](parameters)": all overloads of the method.
IEnumerable<MethodBase> Methods(string line)
{
    var (at, colon) = (0, line.IndexOf(':'));
    var types = Types(line[..colon], ref at);
    at = line.IndexOfAny(['[', '('], colon);
    var name = line[(colon + 1)..at];
    var lists = line[at] == '[' ? Lists(line, ref at) : null;
    var methods = types.SelectMany(type => type.GetMembers(Declared).OfType<MethodBase>()).Where(method =>
        method.Name == name && !method.IsAbstract && method.IsGenericMethodDefinition == lists is not null);
    return lists is null ? methods
        : methods.SelectMany(method => lists.Select(list => Try(() => ((MethodInfo)method).MakeGenericMethod(list))))
            .OfType<MethodBase>();
}

var generic = File.ReadLines(list).Where(line => line.IndexOf(" JIT compiled ") > 0 && line.LastIndexOf(" [") > 0)
    .Select(line => line[(line.IndexOf("compiled ") + 9)..line.LastIndexOf(" [")])
    .Where(line => line.Contains(':') && line.Contains('(') && (line.Contains('`') || line.Contains('[')));

// Crossgen2's format: a method that loads tokens of methods, and one that names it and the assembly to put them into.
var assembly = new PersistedAssemblyBuilder(new AssemblyName("profile"), typeof(object).Assembly);
var module = assembly.DefineDynamicModule("profile");
MethodBuilder Define(string name) =>
    module.DefineGlobalMethod(name, MethodAttributes.Public | MethodAttributes.Static, typeof(void), null);

var (methods, dictionary) = (Define("Methods"), Define("AssemblyDictionary"));
var code = methods.GetILGenerator();
foreach (var method in generic.SelectMany(Methods).Distinct())
{
    code.Emit(OpCodes.Ldtoken, method is MethodInfo named ? module.GetMethodMetadataToken(named)
        : module.GetMethodMetadataToken((ConstructorInfo)method));
    code.Emit(OpCodes.Pop);
}
code.Emit(OpCodes.Ret);
code = dictionary.GetILGenerator();
code.Emit(OpCodes.Ldstr, "W2S.Kernel");
code.Emit(OpCodes.Ldtoken, methods);
code.Emit(OpCodes.Pop);
code.Emit(OpCodes.Ret);
module.CreateGlobalFunctions();
assembly.Save(profile);
