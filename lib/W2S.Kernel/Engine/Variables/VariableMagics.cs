using System.Text;
using System.Text.RegularExpressions;
using Microsoft.DotNet.Interactive.Formatting;
using W2S.Kernel.Engine.Assemblies;
using W2S.Kernel.Engine.Cells;
using W2S.Kernel.Engine.CSharp;
using W2S.Kernel.Engine.FSharp;
using W2S.Kernel.Engine.Output;
using W2S.Kernel.Engine.Script;

namespace W2S.Kernel.Engine.Variables;

/// <summary>The magics that list variables and move them between C# and F#.</summary>
internal sealed partial class VariableMagics(CSharpRunner csharp, ReferenceSet references, Lazy<FSharpRunner> fsharp)
{
    private const int Shown = 60;

    /// <summary>Lists the variables of both languages.</summary>
    /// <param name="details">True for their types and values too.</param>
    public string List(bool details)
    {
        var variables = csharp.Variables.Concat(fsharp.IsValueCreated ? fsharp.Value.Variables : [])
            .DistinctBy(variable => variable.Name)
            .OrderBy(variable => variable.Name, StringComparer.Ordinal).ToList();
        if (!details) return string.Join('\n', variables.Select(variable => variable.Name));
        var name = variables.Select(variable => variable.Name.Length).DefaultIfEmpty().Max();
        var type = variables.Select(variable => TypeNames.Short(variable.Type).Length).DefaultIfEmpty().Max();
        return string.Join('\n', variables.Select(variable => $"{variable.Name.PadRight(name)}  "
            + $"{TypeNames.Short(variable.Type).PadRight(type)}  {Value(variable.Value)}"));
    }

    /// <summary>Carries out <c>#!share</c>.</summary>
    /// <param name="arguments">What follows the magic's name.</param>
    /// <param name="here">The language of the lines around it.</param>
    /// <returns>A piece of C# to run for it; null where nothing is left to do.</returns>
    /// <exception cref="InvalidOperationException">It is not written as it should be, or there is no such
    /// variable.</exception>
    public string? Share(string arguments, string here)
    {
        var words = Word().Matches(arguments).Select(match => match.Value.Trim('"')).ToList();
        var from = Option(words, "--from");
        var alias = Option(words, "--as");
        if (words is not [var name])
            throw new InvalidOperationException("write #!share --from fsharp NAME, or with --as NAME at the end");
        var origin = Languages.Of(from ?? (here == "fsharp" ? "csharp" : "fsharp")) ?? from!;
        var target = here == origin ? (origin == "csharp" ? "fsharp" : "csharp") : here;
        return Put(alias ?? name, Find(origin, name), target);
    }

    /// <summary>Carries out <c>#!set</c>.</summary>
    /// <param name="arguments">What follows the magic's name.</param>
    /// <param name="here">The language of the lines around it.</param>
    /// <returns>A piece of C# to run for it; null where nothing is left to do.</returns>
    /// <exception cref="InvalidOperationException">It is not written as it should be, or there is no such
    /// variable.</exception>
    public string? Set(string arguments, string here)
    {
        var words = Word().Matches(arguments).Select(match => match.Value).ToList();
        var name = Option(words, "--name");
        var value = Option(words, "--value");
        if (name is null || value is null || words.Count > 0)
            throw new InvalidOperationException(
                "write #!set --name NAME --value VALUE, where VALUE is text or @csharp:NAME or @fsharp:NAME");
        if (!value.StartsWith('@')) return Put(name, value.Trim('"'), here);
        var parts = value[1..].Split(':', 2);
        if (parts.Length != 2)
            throw new InvalidOperationException($"'{value}' names no variable; write @csharp:NAME or @fsharp:NAME");
        return Put(name, Find(Languages.Of(parts[0]) ?? parts[0], parts[1]), here);
    }

    private Variable Find(string language, string name)
    {
        var variables = language switch
        {
            "csharp" => csharp.Variables,
            "fsharp" => fsharp.Value.Variables,
            _ => throw new InvalidOperationException(
                $"variables can be shared between csharp and fsharp, not '{language}'"),
        };
        return variables.LastOrDefault(variable => variable.Name == name)
            ?? throw new InvalidOperationException(
                $"there is no {(language == "csharp" ? "C#" : "F#")} variable '{name}'");
    }

    private string? Put(string name, Variable variable, string language) =>
        language == "fsharp" ? PutFSharp(name, variable.Value) : PutCSharp(name, variable.Type, variable.Value);

    private string? Put(string name, string text, string language) =>
        language == "fsharp" ? PutFSharp(name, text) : PutCSharp(name, typeof(string), text);

    private string? PutFSharp(string name, object? value)
    {
        fsharp.Value.Set(name, value);
        return null;
    }

    private string PutCSharp(string name, Type type, object? value)
    {
        if (!Identifier().IsMatch(name)) throw new InvalidOperationException($"'{name}' is no name for a C# variable");
        var written = TypeNames.Complete(type);
        foreach (var assembly in AssembliesOf(type)) references.AddWithDependencies(assembly);
        return $"{(written == "object" ? "dynamic" : written)} {name} = "
            + $"({written})global::{typeof(Exchange).FullName}.Take(\"{Exchange.Put(value)}\");";
    }

    private static IEnumerable<string> AssembliesOf(Type type) =>
        type.GetGenericArguments().SelectMany(AssembliesOf)
            .Append(type.Assembly.IsDynamic ? "" : type.Assembly.Location).Where(path => path.Length > 0);

    private static string? Option(List<string> words, string option)
    {
        var at = words.IndexOf(option);
        if (at < 0) return null;
        if (at + 1 >= words.Count) throw new InvalidOperationException($"{option} needs a value");
        var value = words[at + 1];
        words.RemoveRange(at, 2);
        return value;
    }

    private static string Value(object? value)
    {
        var text = value is null ? Formatter.NullString : Renderer.PlainText(value).ReplaceLineEndings(" ");
        return text.Length > Shown ? string.Concat(text.AsSpan(0, Shown), "…") : text;
    }

    [GeneratedRegex(@"""[^""]*""|\S+")]
    private static partial Regex Word();

    [GeneratedRegex(@"^@?[\p{L}_][\p{L}\p{Nd}_]*$")]
    private static partial Regex Identifier();
}
