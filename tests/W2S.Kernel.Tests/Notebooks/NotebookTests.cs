using System.Text.Json.Nodes;
using W2S.Kernel.Notebooks;

namespace W2S.Kernel.Tests.Notebooks;

public sealed class NotebookTests
{
    [Theory]
    [InlineData("", "is empty")]
    [InlineData("\uFEFF", "is empty")]
    [InlineData("null", "top level is not an object")]
    [InlineData("not json", "not valid JSON at line 1")]
    [InlineData("""{"cells": [{"cell_type": "code",""", "ends early")]
    [InlineData("[1, 2]", "top level is not an object")]
    [InlineData("{}", "no 'nbformat'")]
    [InlineData("""{"nbformat": "4"}""", "no 'nbformat'")]
    [InlineData("""{"nbformat": 3, "worksheets": []}""", "has nbformat 3, this reads 4; convert it")]
    [InlineData("""{"nbformat": 4, "metadata": {}}""", "no list of 'cells'")]
    [InlineData("""{"nbformat": 4, "cells": [3]}""", "cell 1 is not an object")]
    [InlineData("""{"nbformat": 4, "cells": [{"cell_type": "input", "source": ""}]}""", "cell 1 has the type 'input'")]
    [InlineData("""{"nbformat": 4, "cells": [{"cell_type": "code"}]}""", "cell 1 has no text in 'source'")]
    [InlineData("""{"nbformat": 4, "cells": [{"cell_type": "code", "source": [1]}]}""",
        "cell 1 has no text in 'source'")]
    [InlineData("""{"nbformat": 4, "nbformat": 4, "cells": []}""", "names one property twice")]
    [InlineData("""{"nbformat": NaN, "cells": []}""", "no 'nbformat'")]
    [InlineData("""{"nbformat": 5, "cells": []}""", "has nbformat 5, this reads 4")]
    [InlineData("""{"nbformat": 4, "nbformat_minor": -1, "cells": []}""", "has the 'nbformat_minor' -1")]
    [InlineData("""{"nbformat": 4, "metadata": [], "cells": []}""", "'metadata' that are no object")]
    [InlineData("""{"nbformat": 4, "cells": [{"cell_type": "co\nde", "source": ""}]}""", "has the type 'co de'")]
    [InlineData("""{"nbformat": 4, "cells": [{"cell_type": "code", "source": "", "metadata": 3}]}""",
        "'metadata' that are no object")]
    [InlineData("""{"nbformat": 4, "cells": [{"cell_type": "code", "source": "", "outputs": {}}]}""",
        "'outputs' that are no list")]
    [InlineData("""{"nbformat": 4, "cells": [{"cell_type": "code", "source": "", "execution_count": 1.5}]}""",
        "'execution_count' 1.5")]
    [InlineData("""{"nbformat": 4, "cells": [], "a": NaNa}""", "not valid JSON at line 1")]
    public void WhatIsNoNotebookIsSaidInOneLine(string text, string expected)
    {
        var error = Assert.Throws<NotebookException>(() => Notebook.Parse(text));
        Assert.Contains(expected, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void NestingTooDeepIsSaidToBeThat()
    {
        var deep = new string('[', 100_000) + new string(']', 100_000);
        var text = "{\"nbformat\": 4, \"cells\": [], \"metadata\": {\"a\": " + deep + "}}";
        Assert.Contains("nests deeper than 256 levels",
            Assert.Throws<NotebookException>(() => Notebook.Parse(text)).Message);
    }

    [Fact]
    public void HalvesOfSurrogatePairsAreReadAsUnknownCharactersWhereverTheyStand()
    {
        var notebook = Notebook.Parse("""
            {"nbformat": 4, "nbformat_minor": 5, "metadata": {"\ud83d": "\uD83D\uDE00", "a": "\\ud83d"}, "cells": [
              {"cell_type": "code", "metadata": {}, "source": ["\ud83d\ud83d\ude00", "\ude00x\ud83d\n"],
               "outputs": [{"output_type": "stream", "name": "stdout", "text": "\udfff\ud800"}]},
              {"cell_type": "markdown", "metadata": {}, "source": "\ud83d"}]}
            """);
        Assert.Equal(["\uFFFD😀\uFFFDx\uFFFD\n", "\uFFFD"], notebook.Cells.Select(cell => cell.Source));
        Assert.Equal("😀", (string?)notebook.Metadata["\uFFFD"]);
        Assert.Equal("\\ud83d", (string?)notebook.Metadata["a"]);
        Assert.Equal("\uFFFD\uFFFD", NotebookText.Join(notebook.Cells[0].Outputs[0]!["text"]));
    }

    [Fact]
    public void NumbersThatAreNoneAreReadAsNullAndOnlyOutsideOfText()
    {
        var notebook = Notebook.Parse("""
            {"nbformat": 4, "metadata": {"a": [NaN, -Infinity,Infinity, -1], "NaN": "-Infinity \" NaN"}, "cells": []}
            """);
        Assert.Equal("""{"a":[null,null,null,-1],"NaN":"-Infinity \u0022 NaN"}""", notebook.Metadata.ToJsonString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    public void EveryMinorOfFormatFourIsRead(int minor)
    {
        var notebook = Notebook.Parse(
            $$"""
            {"nbformat": 4, "nbformat_minor": {{minor}}, "metadata": {},
             "cells": [{"cell_type": "code", "source": ["a\n", "b"]}]}
            """);
        Assert.Equal("a\nb", Assert.Single(notebook.CodeCells).Source);
        Assert.Equal(minor, notebook.Minor);
    }

    [Fact]
    public void TheTextIsThatOfJupytersOwnWriter()
    {
        // json.dumps(…, indent=1, sort_keys=True, ensure_ascii=False) of Python, plus a line end.
        const string expected =
            "{\n \"cells\": [],\n \"metadata\": {\n  \"a\": [\n   1.50,\n   \"é \\\"😀\\\" \\u0007\\t/<>\"\n  ],\n"
            + "  \"z\": {}\n },\n \"nbformat\": 4,\n \"nbformat_minor\": 5\n}\n";
        var notebook = Notebook.Parse(
            "{\"nbformat_minor\":5,\"nbformat\":4,\"metadata\":{\"z\":{},\"a\":[1.50,\"\\u00e9 \\\"\\ud83d\\ude00\\\" "
            + "\\u0007\\t/<>\"]},\"cells\":[]}");
        Assert.Equal(expected, notebook.ToJson());
    }

    [Fact]
    public void UnknownFieldsStay()
    {
        const string text =
            """
            {"nbformat":4,"nbformat_minor":4,"metadata":{"mine":{"x":[1]}},"extra":true,
             "cells":[{"cell_type":"raw","source":"","new":null}]}
            """;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(text), JsonNode.Parse(Notebook.Parse(text).Copy().ToJson())));
    }

    [Fact]
    public void MissingFileFolderAndBinaryFileAreNamed()
    {
        using var folder = new TemporaryFolder();
        var binary = folder.File("x.ipynb");
        File.WriteAllBytes(binary, [0x50, 0x4b, 0xff, 0xfe, 0x00]);
        Assert.Contains("there is no file 'none.ipynb'",
            Assert.Throws<NotebookException>(() => Notebook.Read("none.ipynb")).Message);
        Assert.Contains("is a folder", Assert.Throws<NotebookException>(() => Notebook.Read(folder.Path)).Message);
        Assert.Contains("not UTF-8", Assert.Throws<NotebookException>(() => Notebook.Read(binary)).Message);
    }

    [Fact]
    public void WritingReplacesAFileWholeAndLeavesNothingBeside()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("x.ipynb", "old");
        NotebookFile.Of("1").Write(path);
        Assert.Equal(NotebookFile.Of("1").ToJson(), File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(folder.Path));
    }
}
