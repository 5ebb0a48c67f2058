using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace W2S.Tests.Analysis;

/// <summary>The case of tests/reference/metrics.py: logits of a student and a teacher, labels, and every metric from
/// NumPy.</summary>
internal sealed class MetricsReference : IDisposable
{
    private readonly JsonDocument document = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(TestPaths.Repository, "tests", "reference", "metrics.json")));

    public MetricsReference()
    {
        Student = Logits("student");
        Teacher = Logits("teacher");
        Labels = tensor(
            document.RootElement.GetProperty("labels").EnumerateArray().Select(x => x.GetInt64()).ToArray());
    }

    public Tensor Student { get; }

    public Tensor Teacher { get; }

    public Tensor Labels { get; }

    public JsonElement this[string name] => document.RootElement.GetProperty("values").GetProperty(name);

    public double Number(string name) => this[name].GetDouble();

    public void Dispose()
    {
        Student.Dispose();
        Teacher.Dispose();
        Labels.Dispose();
        document.Dispose();
    }

    private Tensor Logits(string name)
    {
        var rows = document.RootElement.GetProperty(name).EnumerateArray().Select(
            row => row.EnumerateArray().Select(x => x.GetDouble()).ToArray()).ToArray();
        return tensor(rows.SelectMany(row => row).ToArray(), [rows.Length, rows[0].Length]);
    }
}
