using System.Text.Json.Nodes;

namespace W2S.Kernel.Notebooks;

/// <summary>One cell: a view of its JSON, so that fields this project does not know stay as they are.</summary>
/// <param name="json">The cell's object.</param>
public sealed class NotebookCell(JsonObject json)
{
    /// <summary>The cell's own object.</summary>
    public JsonObject Json { get; } = json;

    /// <summary><c>code</c>, <c>markdown</c> or <c>raw</c>.</summary>
    public string Type => Json["cell_type"]!.GetValue<string>();

    /// <summary>True for a code cell.</summary>
    public bool IsCode => Type == "code";

    /// <summary>The cell's text.</summary>
    public string Source => NotebookText.Join(Json["source"]);

    /// <summary>The cell's metadata, made where it is missing.</summary>
    public JsonObject Metadata => Json["metadata"] as JsonObject ?? (JsonObject)(Json["metadata"] = new JsonObject())!;

    /// <summary>The cell's tags.</summary>
    public IEnumerable<string> Tags =>
        Json["metadata"]?["tags"] is JsonArray tags ? tags.Select(NotebookText.One).OfType<string>() : [];

    /// <summary>The outputs of a code cell, made where they are missing.</summary>
    public JsonArray Outputs
    {
        get => Json["outputs"] as JsonArray ?? (JsonArray)(Json["outputs"] = new JsonArray())!;
        set => Json["outputs"] = value;
    }

    /// <summary>The number of a code cell's last run, or null where it was not run.</summary>
    public int? ExecutionCount
    {
        get => Json["execution_count"]?.GetValue<int>();
        set => Json["execution_count"] = value;
    }

    /// <summary>Makes what the notebook format asks of a cell and the file did not have.</summary>
    public void Complete()
    {
        _ = Metadata;
        if (!IsCode)
            return;
        _ = Outputs;
        Json.TryAdd("execution_count", null);
    }

    /// <summary>The same cell over a copy of its JSON.</summary>
    /// <returns>The copy.</returns>
    public NotebookCell Copy() => new((JsonObject)Json.DeepClone());
}
