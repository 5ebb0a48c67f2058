using System.Text.Json.Nodes;

namespace W2S.Kernel.Engine;

/// <summary>A message on a comm: the channel between an object of the kernel and its twin in a front end.</summary>
/// <param name="Type"><c>comm_open</c>, <c>comm_msg</c> or <c>comm_close</c>.</param>
/// <param name="Id">Names the comm.</param>
/// <param name="Data">What it says.</param>
public sealed record CommMessage(string Type, string Id, JsonObject Data)
{
    /// <summary>What an opened comm is for, such as <c>jupyter.widget</c>; empty for other messages.</summary>
    public string Target { get; init; } = "";

    /// <summary>The version of the protocol spoken on an opened comm; empty for other messages.</summary>
    public string Version { get; init; } = "";

    /// <summary>A message on a comm that is open.</summary>
    /// <param name="id">The comm.</param>
    /// <param name="data">What it says.</param>
    public static CommMessage On(string id, JsonObject data) => new("comm_msg", id, data);

    /// <summary>Closes a comm.</summary>
    /// <param name="id">The comm.</param>
    public static CommMessage Close(string id) => new("comm_close", id, []);

    /// <summary>True where it only tells of changed state.</summary>
    internal bool IsChange => Change is not null;

    private JsonObject? Change => Type == "comm_msg" && Data["method"] is JsonValue method
        && method.TryGetValue<string>(out var name) && name == "update" ? Data["state"] as JsonObject : null;

    /// <summary>Adds what a later message says, where both only tell of changed state of one object.</summary>
    /// <param name="later">The later message.</param>
    /// <returns>False where they cannot be one.</returns>
    internal bool Joins(CommMessage later)
    {
        if (Id != later.Id || Change is not { } state || later.Change is not { } newer) return false;
        foreach (var (trait, value) in newer) state[trait] = value?.DeepClone();
        return true;
    }
}
