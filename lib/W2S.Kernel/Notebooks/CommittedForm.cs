using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace W2S.Kernel.Notebooks;

/// <summary>The form in which notebooks are committed: nothing in it changes from run to run but what was really
/// found.</summary>
internal static partial class CommittedForm
{
    /// <summary>A notebook file larger than this is refused.</summary>
    public const int MaximumBytes = 450_000;

    private const int Identified = 5; // the minor version of the format from which every cell has an identifier

    /// <summary>Cells with this tag show pictures of a data set: their outputs are never kept.</summary>
    public const string DataImages = "data-images";

    /// <summary>Sets the kernel's metadata, and what the notebook format asks for and the file did not have.</summary>
    /// <remarks>Identifiers came with format 4.5: a notebook that has some and says it is older is taken to be of
    /// 4.5.</remarks>
    public static void Identify(Notebook notebook)
    {
        foreach (var cell in notebook.Cells)
            cell.Complete();
        if (notebook.Root["nbformat_minor"] is null || (notebook.Minor < Identified && notebook.Cells.Any(HasId)))
            notebook.Root["nbformat_minor"] = Identified;
        if (CellLanguage.OfNotebook(notebook) == "csharp")
        {
            notebook.Metadata["kernelspec"] = NotebookMetadata.KernelSpec();
            notebook.Metadata["language_info"] = NotebookMetadata.LanguageInfo();
        }
        if (notebook.Minor < Identified)
            return;
        var taken = new HashSet<string>();
        for (var index = 0; index < notebook.Cells.Count; index++)
        {
            var cell = notebook.Cells[index];
            var kept = NotebookText.One(cell.Json["id"]) is { } id && ValidId().IsMatch(id);
            for (var salt = 0; !kept || !taken.Add(cell.Json["id"]!.GetValue<string>()); salt++)
            {
                var seed = string.Create(CultureInfo.InvariantCulture, $"{index}/{salt}/{cell.Source}");
                cell.Json["id"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(seed)))[..8];
                kept = true;
            }
        }
    }

    /// <summary>An executed notebook in committed form.</summary>
    /// <param name="executed">The notebook as it was run; it stays as it is.</param>
    /// <param name="folders">Folders of this machine that outputs must not name.</param>
    public static Notebook Of(Notebook executed, MachineFolders folders)
    {
        var notebook = executed.Copy();
        Identify(notebook);
        foreach (var cell in notebook.Cells)
        {
            foreach (var timing in new[] { "execution", "ExecuteTime" })
                (cell.Json["metadata"] as JsonObject)?.Remove(timing);
            if (cell.Json["source"] is JsonValue)
                cell.Json["source"] = NotebookText.Split(cell.Source);
            if (cell.IsCode)
                cell.Outputs = cell.Tags.Contains(DataImages) ? [] : Outputs(cell.Outputs, folders);
        }
        return notebook;
    }

    private static JsonArray Outputs(JsonArray executed, MachineFolders folders)
    {
        var outputs = new JsonArray();
        foreach (var output in executed.OfType<JsonObject>().Where(one => !PlotlyScript.IsMarked(one) && !IsBlank(one)))
        {
            var kept = (JsonObject)folders.Hide(output.DeepClone())!;
            if (kept["data"] is JsonObject data && data.ContainsKey(PlotlyScript.ChartMime))
            {
                data.Remove("text/html");
                data.Remove("image/png");
            }
            if (kept["text"] is { } text)
                kept["text"] = NotebookText.Split(NotebookText.Overwrite(NotebookText.Join(text)));
            outputs.Add((JsonNode)kept);
        }
        return outputs;
    }

    /// <summary>Whether nothing of a shown value is left: a progress bar that was cleared at its end.</summary>
    private static bool IsBlank(JsonObject output) => output["data"] is JsonObject { Count: > 0 } data
        && data.All(form => NotebookText.IsText(form.Value) && NotebookText.Join(form.Value).Length == 0);

    private static bool HasId(NotebookCell cell) => cell.Json.ContainsKey("id");

    [GeneratedRegex(@"^[a-zA-Z0-9-_]{1,64}\z")]
    private static partial Regex ValidId();
}
