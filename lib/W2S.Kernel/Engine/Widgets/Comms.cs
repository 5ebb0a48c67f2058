using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using W2S.Kernel.Engine.Output;

namespace W2S.Kernel.Engine.Widgets;

/// <summary>The kernel's end of a comm.</summary>
internal interface IComm
{
    /// <summary>Names the comm.</summary>
    string Id { get; }

    /// <summary>All of its state, a copy.</summary>
    JsonObject State { get; }

    /// <summary>Takes what the front end says.</summary>
    /// <param name="data">A message of the widgets' protocol, or anything.</param>
    void Receive(JsonObject data);

    /// <summary>The front end has closed the comm.</summary>
    void Closed();
}

/// <summary>A session's open comms, and the one by which a front end asks for all of them.</summary>
internal sealed class Comms
{
    /// <summary>What a widget's comm is for.</summary>
    public const string WidgetTarget = "jupyter.widget";

    private const string ControlTarget = "jupyter.widget.control";

    private readonly ConcurrentDictionary<string, IComm> widgets = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> controls = new(StringComparer.Ordinal);

    /// <summary>The open comms, each with what it is for.</summary>
    public IReadOnlyDictionary<string, string> Targets => widgets.Keys.Select(id => (id, WidgetTarget))
        .Concat(controls.Keys.Select(id => (id, ControlTarget))).ToDictionary(comm => comm.id, comm => comm.Item2);

    /// <summary>Notes a comm that the kernel opens.</summary>
    public void Add(IComm comm) => widgets[comm.Id] = comm;

    /// <summary>Forgets a comm that the kernel closes.</summary>
    public void Remove(IComm comm) => widgets.TryRemove(comm.Id, out _);

    /// <summary>Takes what a front end says; a comm that nobody knows is closed.</summary>
    /// <param name="message">The message.</param>
    /// <param name="output">The way to the front end.</param>
    public void Receive(CommMessage message, CellOutput output)
    {
        if (message.Type == "comm_close")
        {
            controls.TryRemove(message.Id, out _);
            if (widgets.TryRemove(message.Id, out var closed)) closed.Closed();
        }
        else if (message.Type == "comm_open" && message.Target == ControlTarget) controls[message.Id] = true;
        else if (message.Type == "comm_msg" && widgets.TryGetValue(message.Id, out var widget))
            widget.Receive(message.Data);
        else if (message.Type == "comm_open" || !controls.ContainsKey(message.Id))
            output.Comm(CommMessage.Close(message.Id));
        else if (message.Data["method"] is JsonValue method && method.TryGetValue<string>(out var name)
            && name == "request_states")
            output.Comm(CommMessage.On(message.Id, States()));
    }

    private JsonObject States()
    {
        var states = new JsonObject();
        foreach (var (id, widget) in widgets)
        {
            var state = widget.State;
            states[id] = new JsonObject
            {
                ["model_name"] = state["_model_name"]?.DeepClone(),
                ["model_module"] = state["_model_module"]?.DeepClone(),
                ["model_module_version"] = state["_model_module_version"]?.DeepClone(),
                ["state"] = state,
            };
        }
        return new() { ["method"] = "update_states", ["states"] = states, ["buffer_paths"] = new JsonArray() };
    }
}
