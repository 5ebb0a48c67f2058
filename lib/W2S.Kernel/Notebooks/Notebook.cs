using System.Text;
using System.Text.Json.Nodes;

namespace W2S.Kernel.Notebooks;

/// <summary>A Jupyter notebook of format 4: a view of its JSON, so that fields this project does not know stay as they
/// are.</summary>
public sealed class Notebook
{
    private Notebook(JsonObject root)
    {
        Root = root;
        Cells = View(root);
    }

    /// <summary>The whole document.</summary>
    public JsonObject Root { get; }

    /// <summary>All cells, from top to bottom.</summary>
    public IReadOnlyList<NotebookCell> Cells { get; private set; }

    /// <summary>The code cells that hold something to run, from top to bottom.</summary>
    public IEnumerable<NotebookCell> CodeCells =>
        Cells.Where(cell => cell.IsCode && !string.IsNullOrWhiteSpace(cell.Source));

    /// <summary>The notebook's metadata, made where it is missing.</summary>
    public JsonObject Metadata => Root["metadata"] as JsonObject ?? (JsonObject)(Root["metadata"] = new JsonObject())!;

    /// <summary>The second number of the format: 5 and above give every cell an identifier.</summary>
    public int Minor => Root["nbformat_minor"]?.GetValue<int>() ?? 0;

    /// <summary>Reads a notebook.</summary>
    /// <param name="path">The file, of Jupyter or <c>.dib</c>.</param>
    /// <returns>The notebook.</returns>
    /// <exception cref="NotebookException">The file is missing or no notebook of format 4.</exception>
    public static Notebook Read(string path)
    {
        if (Directory.Exists(path))
            throw new NotebookException($"'{path}' is a folder; name a notebook in it");
        if (!File.Exists(path))
            throw new NotebookException($"there is no file '{path}'; check the path");
        try
        {
            var text = new UTF8Encoding(false, true).GetString(File.ReadAllBytes(path));
            return path.EndsWith(DibFile.Extension, StringComparison.OrdinalIgnoreCase) ? DibFile.Parse(text)
                : Parse(text);
        }
        catch (DecoderFallbackException)
        {
            throw new NotebookException($"'{path}' is no notebook: it is not UTF-8 text");
        }
        catch (NotebookException error)
        {
            throw new NotebookException($"'{path}' {error.Message}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new NotebookException($"'{path}' cannot be read: {error.Message}");
        }
    }

    /// <summary>Reads a notebook from its text.</summary>
    /// <param name="json">The text.</param>
    /// <returns>The notebook.</returns>
    /// <exception cref="NotebookException">The text is no notebook of format 4; the message lacks the subject, the
    /// file's name.</exception>
    public static Notebook Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json = json.TrimStart('\uFEFF');
        if (string.IsNullOrWhiteSpace(json))
            throw new NotebookException("is empty; fetch or save the file again");
        if (NotebookJson.Parse(json) is not JsonObject root)
            throw new NotebookException("is JSON but no notebook: its top level is not an object");
        NotebookShape.Check(root);
        return new Notebook(root);
    }

    /// <summary>The same notebook over a copy of its JSON.</summary>
    /// <returns>The copy.</returns>
    public Notebook Copy() => new((JsonObject)Root.DeepClone());

    /// <summary>Puts a cell behind another.</summary>
    /// <param name="before">The cell before it.</param>
    /// <param name="cell">The new cell's object; without its identifier where the format has none.</param>
    /// <param name="replaces">Tells the cells that it takes the place of.</param>
    internal void Insert(NotebookCell before, JsonObject cell, Func<NotebookCell, bool> replaces)
    {
        var cells = (JsonArray)Root["cells"]!;
        foreach (var old in Cells.Where(replaces)) cells.Remove(old.Json);
        if (Minor < 5) cell.Remove("id");
        cells.Insert(cells.IndexOf(before.Json) + 1, cell);
        Cells = View(Root);
    }

    private static IReadOnlyList<NotebookCell> View(JsonObject root) =>
        [.. ((JsonArray)root["cells"]!).Select(cell => new NotebookCell((JsonObject)cell!))];

    /// <summary>Writes the notebook, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    public void Write(string path) => AtomicFile.Write(path, writer =>
    {
        NotebookJson.Write(Root, writer);
        writer.Write('\n');
    });

    /// <summary>The notebook as the text of its file.</summary>
    /// <returns>The text.</returns>
    public string ToJson()
    {
        var writer = new StringWriter();
        NotebookJson.Write(Root, writer);
        return writer + "\n";
    }
}
