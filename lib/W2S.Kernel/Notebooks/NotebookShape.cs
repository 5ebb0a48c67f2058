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
        if (root["nbformat_minor"] is { } minor && !Number(minor, out _))
            throw new NotebookException("has an 'nbformat_minor' that is no number");
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
        var type = cell["cell_type"] is JsonValue value && value.TryGetValue<string>(out var name) ? name : null;
        if (type is not ("code" or "markdown" or "raw"))
            throw new NotebookException($"is no notebook: cell {number} has the type '{type}', not code, markdown or raw");
        if (!NotebookText.IsText(cell["source"]))
            throw new NotebookException($"is no notebook: cell {number} has no text in 'source'");
        if (cell["metadata"] is not (null or JsonObject))
            throw new NotebookException($"is no notebook: cell {number} has 'metadata' that are no object");
        if (cell["outputs"] is not (null or JsonArray))
            throw new NotebookException($"is no notebook: cell {number} has 'outputs' that are no list");
        if (cell["execution_count"] is { } count && !Number(count, out _))
            throw new NotebookException($"is no notebook: cell {number} has an 'execution_count' that is no number");
    }

    private static bool Number(JsonNode? node, out int number)
    {
        number = 0;
        return node is JsonValue value && value.TryGetValue(out number);
    }
}
