using System.Text;
using System.Text.Json.Nodes;
using W2S.Kernel.Notebooks;
using W2S.Kernel.Notebooks.Checking;
using W2S.Kernel.Notebooks.Html;
using W2S.Kernel.Notebooks.Pictures;
using W2S.Kernel.Notebooks.Running;
using W2S.Kernel.Tests.Jupyter;
using W2S.Kernel.Tests.Notebooks.Running;

namespace W2S.Kernel.Tests.Notebooks;

/// <summary>Damaged notebooks are read, run, compared, saved and shown as a page, or refused in one line; nothing else
/// happens.</summary>
public sealed class NotebookFuzzTests : IDisposable
{
    private const string Small = """
        {"cells": [
          {"cell_type": "markdown", "id": "m1", "metadata": {},
           "source": ["# A title?\n", "![x](attachment:a.png) $\\frac{1}{2}$"],
           "attachments": {"a.png": {"image/png": "QUJD"}}},
          {"cell_type": "code", "id": "c1", "execution_count": 1,
           "metadata": {"tags": ["timing"], "polyglot_notebook": {"kernelName": "csharp"}},
           "source": "1 + 1", "outputs": [{"output_type": "stream", "name": "stdout", "text": ["0.5 then 2\n"]}]},
          {"cell_type": "code", "id": "c2", "execution_count": 2,
           "metadata": {"vscode": {"languageId": "polyglot-notebook"}},
           "source": ["#!html\n", "<b>x</b>"], "outputs": [
            {"output_type": "display_data", "metadata": {},
             "data": {"text/html": ["<!-- plotly.js -->", "<script>Plotly.x</script>"]}},
            {"output_type": "display_data", "metadata": {}, "data": {"text/plain": "a chart 3.25", "image/png": "QUJD",
              "application/vnd.plotly.v1+json": {"data": [{"type": "bar", "y": [1, 2.5, null],
                "x": {"dtype": "f8", "bdata": "AAAAAAAA8D8AAAAAAAAAQA=="}, "name": "a 7"}], "layout": {}}}},
            {"output_type": "execute_result", "execution_count": 2, "metadata": {}, "data": {"text/markdown": "**8**"}},
            {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["E: v", "  at line 1"]}]},
          {"cell_type": "raw", "id": "r1", "metadata": {}, "source": "raw"}],
         "metadata": {"kernelspec": {"display_name": ".NET (C#)", "language": "C#", "name": ".net-csharp"},
          "language_info": {"name": "polyglot-notebook"},
          "polyglot_notebook":
           {"kernelInfo": {"defaultKernelName": "csharp", "items": [{"aliases": [], "name": "csharp"}]}}},
         "nbformat": 4, "nbformat_minor": 4}
        """;

    // What is put in the place of any value: each wrong somewhere, and what Python writes where JSON has no word.
    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "3", "4.5", "1e999", "99999999999999999999", "NaN", "-Infinity", "\"\"", "\"x\"",
        "\"\\ud83d\"", "\"\\udc00a\"", "\"polyglot-notebook\"", "\"dotnet-interactive.fsharp\"", "\"two\\nlines\"",
        "[]", "{}", "[[]]", "[null]", "[\"a\", 3]", "{\"a\": 1}", "{\"\\ud800\": \"\\udfff\"}", "[{}, [1, NaN]]",
        "\"<!-- plotly.js --><script>\"", "{\"bdata\": \"?\", \"dtype\": \"f8\"}", "\"$\\\\left( x\"",
    ];

    private static readonly MachineFolders Folders = new([("/home/ann", "~")]);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <remarks>Ten thousand; <c>W2S_LONG=1</c> asks for thirty times as many.</remarks>
    [Fact]
    public async Task DamagedNotebooksAreReadOrRefusedInOneLine()
    {
        var count = Environment.GetEnvironmentVariable("W2S_LONG") == "1" ? 300_000 : 10_000;
        var (read, original) = (0, Encoding.UTF8.GetBytes(Small));
        for (var seed = 0; seed < count; seed++)
        {
            var random = new Random(seed);
            var damaged = random.Next(3) == 0 ? Mutator.Mutate(random, original) : Replace(random);
            try
            {
                read += await UseAsync(damaged) ? 1 : 0;
            }
            catch (Exception failure)
            {
                Assert.Fail($"seed {seed}: {failure}\n{Encoding.UTF8.GetString(damaged)}");
            }
        }
        Assert.InRange(read, count / 5, count); // the damage leaves enough that goes all the way
    }

    private static byte[] Replace(Random random)
    {
        var root = JsonNode.Parse(Small)!;
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var places = Places(root).ToList();
            var place = places[random.Next(places.Count)];
            // A word for now: the values are no JSON that this could hold.
            var word = random.Next(8) == 0 ? null : $"@{random.Next(Values.Length)}@";
            switch (place)
            {
                case (JsonObject map, string name) when word is null:
                    map.Remove(name);
                    break;
                case (JsonObject map, string name):
                    map[name] = word;
                    break;
                case (JsonArray list, int index) when word is null:
                    list.RemoveAt(index);
                    break;
                case (JsonArray list, int index):
                    list[index] = word;
                    break;
            }
        }
        var text = root.ToJsonString();
        for (var index = 0; index < Values.Length; index++)
            text = text.Replace($"\"@{index}@\"", Values[index]);
        return Encoding.UTF8.GetBytes(text);
    }

    private static IEnumerable<(JsonNode Parent, object Place)> Places(JsonNode node) => node switch
    {
        JsonObject map => map.SelectMany(entry => Inside(map, entry.Key, entry.Value)),
        JsonArray list => list.SelectMany((item, index) => Inside(list, index, item)),
        _ => [],
    };

    private static IEnumerable<(JsonNode Parent, object Place)> Inside(JsonNode parent, object place,
        JsonNode? value) =>
        [(parent, place), .. value is null ? [] : Places(value)];

    /// <summary>Does all that <c>run</c> does but the running; false where the file is refused.</summary>
    private async Task<bool> UseAsync(byte[] file)
    {
        var path = folder.File("n.ipynb");
        File.WriteAllBytes(path, file);
        RunPlan plan;
        try
        {
            plan = RunPlan.Make(new RunOptions { Notebook = path });
        }
        catch (NotebookException refused)
        {
            Assert.DoesNotContain(refused.Message, char.IsControl);
            Assert.StartsWith($"'{path}' ", refused.Message);
            return false;
        }
        var executed = plan.Notebook.Copy();
        HtmlPage.Render(executed, path, PlotlyScript.Find(executed)); // with the outputs that the file brought
        await new NotebookRunner(new FakeRunner((_, _) => null), new RunView(TextWriter.Null, terminal: false))
            .RunAsync(executed, default);
        CommittedForm.Identify(executed);
        var committed = CommittedForm.Of(plan.Notebook, Folders);
        new NotebookComparer(1e-3).Compare(plan.Notebook, committed);
        new ChartPainter(browser: null).Paint(committed, plotly: null, plan.Notebook);
        HtmlPage.Render(executed, path, plotly: null);
        Assert.Equal(executed.ToJson(), Notebook.Parse(executed.ToJson()).ToJson());
        return true;
    }
}
