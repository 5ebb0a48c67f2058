using System.Text.Json.Nodes;

namespace W2S.Kernel.Notebooks;

/// <summary>What this project's notebooks and its Jupyter kernel say of their language, word for word the
/// same.</summary>
/// <remarks>
/// VS Code copies <c>kernel_info</c>'s <c>language_info</c> into the notebook on every connection: were the two not
/// equal, opening a committed notebook would change it.
/// </remarks>
public static class NotebookMetadata
{
    /// <summary>The kernelspec's name.</summary>
    public const string KernelName = ".net-csharp";

    /// <summary>What a kernel picker shows.</summary>
    public const string DisplayName = ".NET (C#)";

    /// <summary>The language as kernelspecs and <c>language_info</c> name it.</summary>
    public const string Language = "C#";

    /// <summary>The version of C# that cells are written in.</summary>
    public const string LanguageVersion = "14.0";

    /// <summary>The <c>kernelspec</c> entry of a notebook's metadata.</summary>
    /// <returns>A new object.</returns>
    public static JsonObject KernelSpec() => new()
    {
        ["display_name"] = DisplayName,
        ["language"] = Language,
        ["name"] = KernelName,
    };

    /// <summary>The <c>language_info</c> entry, of a notebook's metadata and of <c>kernel_info_reply</c>.</summary>
    /// <returns>A new object.</returns>
    public static JsonObject LanguageInfo() => new()
    {
        ["file_extension"] = ".cs",
        ["mimetype"] = "text/x-csharp",
        ["name"] = Language,
        ["pygments_lexer"] = "csharp",
        ["version"] = LanguageVersion,
    };
}
