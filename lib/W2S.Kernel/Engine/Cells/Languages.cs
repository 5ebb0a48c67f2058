namespace W2S.Kernel.Engine.Cells;

/// <summary>The languages of cells, by every name that magics and notebooks' metadata give them.</summary>
internal static class Languages
{
    private static readonly Dictionary<string, string> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["csharp"] = "csharp",
        ["c#"] = "csharp",
        ["cs"] = "csharp",
        [".net-csharp"] = "csharp",
        ["fsharp"] = "fsharp",
        ["f#"] = "fsharp",
        ["fs"] = "fsharp",
        [".net-fsharp"] = "fsharp",
        ["html"] = "html",
        ["markdown"] = "markdown",
        ["md"] = "markdown",
        ["mermaid"] = "mermaid",
        ["javascript"] = "javascript",
        ["js"] = "javascript",
        ["bash"] = "bash",
        ["sh"] = "bash",
        ["shell"] = "bash",
        ["shellscript"] = "bash",
        ["pwsh"] = "pwsh",
        ["powershell"] = "pwsh",
        [".net-powershell"] = "pwsh",
    };

    /// <summary>True for a kernel of the library that every session has besides the engine's languages.</summary>
    public static bool IsOther(string name) => name == "value";

    /// <summary>Their own names, as a list for a message.</summary>
    public static string Listing { get; } = string.Join(", ", Known.Values.Distinct());

    /// <summary>A language's own name by any of its names; null where there is no such language.</summary>
    public static string? Of(string name) => Known.GetValueOrDefault(name);
}
