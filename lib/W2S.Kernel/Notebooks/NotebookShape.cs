using System.Text.Json.Nodes;

namespace W2S.Kernel.Notebooks;

/// <summary>Refuses JSON that is no notebook of format 4, before anything relies on its shape.</summary>
internal static class NotebookShape
{
    public static void Check(JsonObject root)
    {
        if (!Number(root["nbformat"], out var major))
            throw new NotebookException("is JSON but no notebook: it has no 'nbformat' number");
        if (major != 4)
        {
            throw new NotebookException(
                $"has nbformat {major}, this reads 4; convert it with: jupyter nbconvert --to notebook --nbformat 4");
        }
        if (root["nbformat_minor"] is { } minor && !(Number(minor, out var second) && second >= 0))
            throw new NotebookException(
                $"has the 'nbformat_minor' {Short(minor)}, which is no whole number from 0; give 5");
        if (root["metadata"] is not (null or JsonObject))
            throw new NotebookException("has 'metadata' that are no object");
        if (root["cells"] is not JsonArray cells)
            throw new NotebookException("is JSON but no notebook: it has no list of 'cells'");
        for (var index = 0; index < cells.Count; index++)
            CheckCell(cells[index], index + 1);
    }

    private static void CheckCell(JsonNode? node, int number)
    {
        if (node is not JsonObject cell)
            throw new NotebookException($"is no notebook: cell {number} is not an object");
        if (NotebookText.One(cell["cell_type"]) is not ("code" or "markdown" or "raw"))
        {
            throw new NotebookException(
                $"is no notebook: cell {number} has the type {Short(cell["cell_type"])}, not code, markdown or raw");
        }
        if (!NotebookText.IsText(cell["source"]))
            throw new NotebookException($"is no notebook: cell {number} has no text in 'source'");
        if (cell["metadata"] is not (null or JsonObject))
            throw new NotebookException($"is no notebook: cell {number} has 'metadata' that are no object");
        if (cell["outputs"] is not (null or JsonArray))
            throw new NotebookException($"is no notebook: cell {number} has 'outputs' that are no list");
        if (cell["execution_count"] is { } count && !Number(count, out _))
        {
            throw new NotebookException(
                $"is no notebook: cell {number} has the 'execution_count' {Short(count)}, which is no whole number; "
                + "give null");
        }
    }

    /// <summary>A value as a message quotes it: a string in quotes, anything else as its JSON, cut where it is
    /// long.</summary>
    private static string Short(JsonNode? node)
    {
        var text = NotebookText.One(node) is { } name ? $"'{name}'" : node?.ToJsonString() ?? "null";
        return text.Length > 60 ? text[..59] + "…" : text;
    }

    private static bool Number(JsonNode? node, out int number)
    {
        number = 0;
        return node is JsonValue value && value.TryGetValue(out number);
    }
}
