using System.Text;
using System.Text.Json.Nodes;
using W2S.Kernel.Engine;

namespace W2S.Kernel.Notebooks.Running;

/// <summary>Turns what cells show into the outputs of a notebook file; updates reach displays of earlier cells
/// too.</summary>
internal sealed class OutputRecorder
{
    private readonly Dictionary<string, List<JsonObject>> displays = [];
    private readonly StringBuilder text = new();
    private JsonObject? stream;
    private JsonArray outputs = [];
    private int count;
    private bool clearNext;

    /// <summary>Starts a cell: its outputs go to <paramref name="cell"/> from now on.</summary>
    public void Start(NotebookCell cell, int number)
    {
        End();
        count = number;
        cell.ExecutionCount = number;
        cell.Outputs = outputs = [];
    }

    /// <summary>Ends a cell; text not yet in the notebook gets there.</summary>
    public void End()
    {
        CloseStream();
        clearNext = false;
    }

    public void Write(OutputStream source, string written)
    {
        if (written.Length == 0)
            return;
        ClearWhereAsked();
        var name = source == OutputStream.Out ? "stdout" : "stderr";
        if (stream is null || stream["name"]!.GetValue<string>() != name)
        {
            CloseStream();
            stream = new JsonObject { ["name"] = name, ["output_type"] = "stream", ["text"] = new JsonArray() };
            outputs.Add((JsonNode)stream);
        }
        text.Append(written);
    }

    public void Display(MimeBundle bundle, string displayId, bool update)
    {
        if (update)
        {
            foreach (var shown in displays.GetValueOrDefault(displayId) ?? [])
                shown["data"] = Data(bundle);
            return;
        }
        var output = Add("display_data", bundle);
        if (!displays.TryGetValue(displayId, out var same))
            displays[displayId] = same = [];
        same.Add(output);
    }

    public void Result(MimeBundle bundle) => Add("execute_result", bundle)["execution_count"] = count;

    public void Clear(bool wait)
    {
        clearNext = true;
        if (!wait)
            ClearWhereAsked();
    }

    public void Fail(CellError error)
    {
        CloseStream();
        outputs.Add((JsonNode)new JsonObject
        {
            ["ename"] = error.Name,
            ["evalue"] = error.Message,
            ["output_type"] = "error",
            ["traceback"] = new JsonArray([.. error.Traceback.Select(line => (JsonNode)line)]),
        });
    }

    private JsonObject Add(string type, MimeBundle bundle)
    {
        ClearWhereAsked();
        CloseStream();
        var output =
            new JsonObject { ["data"] = Data(bundle), ["metadata"] = new JsonObject(), ["output_type"] = type };
        outputs.Add((JsonNode)output);
        return output;
    }

    private void ClearWhereAsked()
    {
        if (!clearNext)
            return;
        clearNext = false;
        CloseStream();
        outputs.Clear();
    }

    private void CloseStream()
    {
        if (stream is not null)
            stream["text"] = NotebookText.Split(text.ToString());
        stream = null;
        text.Clear();
    }

    private static JsonObject Data(MimeBundle bundle)
    {
        var data = new JsonObject();
        foreach (var (mime, content) in bundle)
        {
            var isText = content is JsonValue value && value.TryGetValue<string>(out _);
            data[mime] = isText && NotebookText.IsLines(mime)
                ? NotebookText.Split(content.GetValue<string>())
                : content.DeepClone();
        }
        return data;
    }
}
