using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using W2S.Kernel.Notebooks;

namespace W2S.Kernel.Jupyter;

/// <summary>A kernel as Jupyter finds it: a folder with a <c>kernel.json</c>.</summary>
/// <param name="Name">The folder's name, by which notebooks ask for it.</param>
/// <param name="Folder">The folder.</param>
/// <param name="DisplayName">What a kernel picker shows.</param>
/// <param name="IsOurs">True where this program wrote it.</param>
internal sealed partial record KernelSpec(string Name, string Folder, string DisplayName, bool IsOurs)
{
    /// <summary>The file that makes a folder a kernel.</summary>
    public const string FileName = "kernel.json";

    private const string Mark = "w2s_kernel";

    /// <summary>True for a name that Jupyter accepts.</summary>
    /// <param name="name">The name.</param>
    /// <returns>Whether it does.</returns>
    public static bool IsName(string name) => NamePattern().IsMatch(name) && name is not ("." or "..");

    /// <summary>Reads a kernel's folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The kernel, or null where the folder is none.</returns>
    public static KernelSpec? Read(string folder)
    {
        var file = Path.Combine(folder, FileName);
        if (!File.Exists(file))
            return null;
        JsonObject? json = null;
        try
        {
            json = JsonNode.Parse(File.ReadAllText(file)) as JsonObject;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            // A kernel that cannot be read is still somebody's.
        }
        return new KernelSpec(Path.GetFileName(folder), folder,
            json?["display_name"] is JsonValue value && value.TryGetValue<string>(out var name) ? name : "?",
            json?["metadata"] is JsonObject metadata && metadata.ContainsKey(Mark));
    }

    /// <summary>The text of a <c>kernel.json</c> that starts this program.</summary>
    /// <param name="host">The <c>dotnet</c> to start it with.</param>
    /// <param name="program">Where the program will lie.</param>
    /// <returns>The text.</returns>
    public static string Json(string host, string program) => new JsonObject
    {
        ["argv"] = new JsonArray(host, program, "jupyter", "--connection-file", "{connection_file}"),
        ["display_name"] = NotebookMetadata.DisplayName,
        ["language"] = NotebookMetadata.Language,
        ["interrupt_mode"] = "message",
        ["env"] = new JsonObject { ["DOTNET_NOLOGO"] = "1", ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1" },
        ["metadata"] = new JsonObject { ["debugger"] = false, [Mark] = KernelInfo.Version },
    }.ToJsonString(
    new JsonSerializerOptions
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping
    }) + "\n";

    [GeneratedRegex(@"^[A-Za-z0-9._-]+$")]
    private static partial Regex NamePattern();
}
