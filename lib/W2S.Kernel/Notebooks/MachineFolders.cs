using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace W2S.Kernel.Notebooks;

/// <summary>Takes this machine's folders out of outputs: the repository becomes <c>.</c>, the data folder
/// <c>$W2S_DATA</c>, the home folder <c>~</c>.</summary>
internal sealed class MachineFolders
{
    private readonly List<(Regex Pattern, string Name)> rules = [];

    /// <param name="notebookFolder">The notebook's folder; the repository is found from it.</param>
    public MachineFolders(string notebookFolder)
        : this(Known(notebookFolder))
    {
    }

    /// <param name="folders">Folders with what to write in their place.</param>
    public MachineFolders(IEnumerable<(string Folder, string Name)> folders)
    {
        foreach (var (folder, name) in folders.OrderByDescending(entry => entry.Folder.Length))
        {
            var path = folder.TrimEnd('/', '\\');
            if (path.Length > 1)
                rules.Add((new(@"(?<![\w./\\-])" + Regex.Escape(path) + @"(?![\w-]|\.\w)"), name));
        }
    }

    /// <summary>Replaces the folders in every string of a JSON value, in place.</summary>
    public JsonNode? Hide(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (var (name, value) in map.ToList())
                {
                    if (name != "image/png" && Hide(value) is var hidden && !ReferenceEquals(hidden, value))
                        map[name] = hidden;
                }
                return map;
            case JsonArray list:
                for (var index = 0; index < list.Count; index++)
                {
                    if (Hide(list[index]) is var hidden && !ReferenceEquals(hidden, list[index]))
                        list[index] = hidden;
                }
                return list;
            case JsonValue value when value.TryGetValue<string>(out var text):
                var replaced = Hide(text);
                return replaced == text ? value : JsonValue.Create(replaced);
            default:
                return node;
        }
    }

    private string Hide(string text)
    {
        foreach (var (pattern, name) in rules)
            text = pattern.Replace(text, name.Replace("$", "$$"));
        return text;
    }

    private static List<(string Folder, string Name)> Known(string notebookFolder)
    {
        var root = notebookFolder;
        for (var folder = notebookFolder; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Path.Exists(Path.Combine(folder, ".git")) || File.Exists(Path.Combine(folder, "global.json")))
            {
                root = folder;
                break;
            }
        }
        var known = new List<(string, string)> { (root, ".") };
        if (Environment.GetEnvironmentVariable("W2S_DATA") is { Length: > 0 } data)
            known.Add((Path.GetFullPath(data), "$W2S_DATA"));
        if (Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home)
            known.Add((home, "~"));
        known.Add((Path.GetTempPath(), "$TMP"));
        return known;
    }
}
