using System.Text.Json.Nodes;
using W2S.Kernel.Engine;

namespace W2S.Kernel.Notebooks.Running;

/// <summary>Values as they travel between the worker process and the runner.</summary>
internal static class WorkerMessages
{
    /// <summary>The message that a cell has ended.</summary>
    public static JsonObject Done(CellResult result)
    {
        var message = new JsonObject { ["op"] = "done", ["seconds"] = result.Elapsed.TotalSeconds };
        if (result.Error is { } error)
        {
            message["error"] = new JsonObject
            {
                ["name"] = error.Name,
                ["message"] = error.Message,
                ["traceback"] = new JsonArray([.. error.Traceback.Select(line => (JsonNode)line)]),
                ["line"] = error.Line,
                ["column"] = error.Column,
                ["sourceLine"] = error.SourceLine,
                ["interrupted"] = error.Interrupted,
            };
        }
        return message;
    }

    /// <summary>What <see cref="Done"/> said.</summary>
    public static CellResult Result(JsonObject message) =>
        new(Error(message["error"]), TimeSpan.FromSeconds(message["seconds"]!.GetValue<double>()));

    /// <summary>A bundle as a list of pairs, since the order of its types matters.</summary>
    public static JsonArray Data(MimeBundle bundle) =>
        new([.. bundle.Select(entry => (JsonNode)new JsonArray(entry.Key, entry.Value.DeepClone()))]);

    /// <summary>What <see cref="Data"/> made.</summary>
    public static MimeBundle Bundle(JsonObject message)
    {
        var bundle = new MimeBundle();
        foreach (var entry in (JsonArray)message["data"]!)
            bundle.Set(entry![0]!.GetValue<string>(), entry[1]!.DeepClone());
        return bundle;
    }

    private static CellError? Error(JsonNode? error) => error is null
        ? null
        : new(
            error["name"]!.GetValue<string>(),
            error["message"]!.GetValue<string>(),
            [.. ((JsonArray)error["traceback"]!).Select(line => line!.GetValue<string>())])
        {
            Line = error["line"]?.GetValue<int>(),
            Column = error["column"]?.GetValue<int>(),
            SourceLine = error["sourceLine"]?.GetValue<string>(),
            Interrupted = error["interrupted"]!.GetValue<bool>(),
        };
}
