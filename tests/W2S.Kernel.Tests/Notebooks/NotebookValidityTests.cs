using System.Text.Json.Nodes;
using W2S.Kernel.Notebooks;
using W2S.Kernel.Tests.Jupyter;

namespace W2S.Kernel.Tests.Notebooks;

/// <summary>What is written passes the validation of Jupyter's own nbformat, which reads it back.</summary>
public sealed class NotebookValidityTests
{
    // validate() mends what it can and only warns: here a warning is a failure. JSON's own words only, so that browsers
    // read it too.
    private const string Script = """
        import json, sys, warnings, nbformat
        def no(word): raise ValueError(word + ' is not JSON')
        for path in sys.argv[1:]:
            text = open(path, encoding='utf-8').read()
            book = json.loads(text, parse_constant=no)
            with warnings.catch_warnings():
                warnings.simplefilter('error')
                nbformat.validate(book)
                nbformat.reads(text, as_version=4)
        """;

    public static TheoryData<string> Notebooks =>
    [
        """
        {"cells": [{"cell_type": "code", "id": "a", "execution_count": null, "metadata": {}, "outputs": [],
          "source": "1"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
        """,
        """
        {"cells": [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": "x"},
          {"cell_type": "raw", "metadata": {}, "source": "x"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 2}
        """,
        """{"cells": [{"cell_type": "code", "source": "1"}, {"cell_type": "markdown", "source": []}], "nbformat": 4}""",
        """
        {"cells": [{"cell_type": "code", "metadata": null, "outputs": null, "source": ""}], "metadata": null,
         "nbformat": 4, "nbformat_minor": 4}
        """,
        """
        {"cells": [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": ""},
          {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ""},
          {"cell_type": "raw", "id": "b\n", "metadata": {}, "source": ""},
          {"cell_type": "raw", "id": 3, "metadata": {}, "source": ""}],
         "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        """,
        """
        {"cells": [{"cell_type": "markdown", "metadata": {"\ud83d": "\udc00"},
          "source": "a \ud83d b \ud83d\ude00"}], "metadata": {"x": [NaN, Infinity, -Infinity]},
         "nbformat": 4, "nbformat_minor": 4}
        """,
        """
        {"cells": [{"cell_type": "code", "execution_count": 3, "metadata": {}, "source": "1", "outputs": [
          {"output_type": "display_data", "metadata": {}, "data": {"application/json": {"a": NaN}}},
          {"output_type": "stream", "name": "stdout", "text": "\udfff"}]}],
         "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
        """,
        """
        {"cells": [{"cell_type": "markdown", "attachments": {"a.png": {"image/png": "QUJD"}}, "metadata": {},
          "source": "![a](attachment:a.png)"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
        """,
    ];

    [Theory]
    [MemberData(nameof(Notebooks))]
    public async Task JupyterTakesWhatIsWritten(string text)
    {
        JupyterHome.Require("nbformat");
        using var home = new JupyterHome();
        var executed = Notebook.Parse(text);
        var committed = CommittedForm.Of(executed, new MachineFolders([]));
        CommittedForm.Identify(executed);
        executed.Write(Path.Combine(home.Work, "executed.ipynb"));
        committed.Write(Path.Combine(home.Work, "committed.ipynb"));
        var (code, said) = await home.RunAsync(
            TimeSpan.FromMinutes(2), JupyterHome.Python, "-c", Script, "executed.ipynb", "committed.ipynb");
        Assert.True(code == 0, said);
    }

    [Fact]
    public void AttachmentsStay()
    {
        var notebook = Notebook.Parse(Notebooks.Last().Data);
        var attachments = CommittedForm.Of(notebook, new MachineFolders([])).Cells[0].Json["attachments"];
        Assert.True(JsonNode.DeepEquals(notebook.Cells[0].Json["attachments"], attachments));
    }
}
