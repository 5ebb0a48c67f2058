namespace W2S.Kernel.Engine.Cells;

/// <summary>The magics there are, with what each is for.</summary>
internal static class Magics
{
    private static readonly SortedDictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        ["csharp"] = "the lines that follow are C#",
        ["fsharp"] = "the lines that follow are F#",
        ["html"] = "the lines that follow are HTML",
        ["markdown"] = "the lines that follow are Markdown",
        ["mermaid"] = "the lines that follow are a Mermaid diagram",
        ["javascript"] = "the lines that follow are JavaScript, for the front end",
        ["bash"] = "the lines that follow are for bash",
        ["pwsh"] = "the lines that follow are for PowerShell",
        ["import"] = "\"FILE\": runs a file (.csx .cs .fsx .fs .ipynb .dib .html .md .mmd .js) as if typed here",
        ["time"] = "says how long the cell took",
        ["share"] = "--from csharp|fsharp|value NAME [--as NAME]: makes a value of another kernel known here",
        ["set"] = "--name NAME --value VALUE | @KERNEL:NAME | @input:PROMPT | @password:PROMPT: sets a variable",
        ["value"] = "--name NAME [--from-file FILE | --from-url URL]: keeps the text that follows under a name",
        ["who"] = "lists the variables",
        ["whos"] = "lists the variables with their types and values",
        ["about"] = "says which kernel this is, with its versions",
        ["lsmagic"] = "lists the magics",
    };

    /// <summary>Their names, without <c>#!</c>.</summary>
    public static IEnumerable<string> Names => Known.Keys;

    /// <summary>One line for each.</summary>
    /// <param name="others">Those that extensions have added.</param>
    public static string Listing(IEnumerable<(string Name, string Text)> others) => string.Join('\n',
        Known.Select(magic => (Name: magic.Key, Text: magic.Value))
            .Concat(others.Where(other => Languages.Of(other.Name) is null)).DistinctBy(magic => magic.Name)
            .OrderBy(magic => magic.Name, StringComparer.Ordinal).Select(magic => $"#!{magic.Name,-12} {magic.Text}"));
}
