using W2S.Kernel.Notebooks;
using W2S.Kernel.Notebooks.Running;

namespace W2S.Kernel.Tests.Notebooks.Running;

public sealed class RunPlanTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("there is no file", "none.ipynb")]
    [InlineData("is a folder", ".")]
    [InlineData("not valid JSON", "text.ipynb")]
    [InlineData("nbformat 3", "old.ipynb")]
    [InlineData("ends early", "short.ipynb")]
    [InlineData("good.ipynb' has code cell 1 in the language 'python'", "python/good.ipynb")]
    [InlineData("kernel 'Python 3'", "foreign.ipynb")]
    [InlineData("missing/x.ipynb' does not exist; make it first", "good.ipynb", "--out", "missing/x.ipynb")]
    [InlineData("the folder of --html", "good.ipynb", "--html", "missing/x.html")]
    [InlineData("is the notebook itself", "good.ipynb", "--out", "good.ipynb")]
    [InlineData("is a folder; give a file name", "good.ipynb", "--out", "python")]
    [InlineData("is a notebook's own file", "good.ipynb", "--html", "good.ipynb")]
    [InlineData("no saved outputs", "good.ipynb", "--check")]
    public void WhatCannotBeRunIsSaidBeforeAnythingIsTouched(string expected, params string[] arguments)
    {
        var good = NotebookFile.Text(NotebookFile.Code("1"));
        folder.File("good.ipynb", good);
        folder.File("text.ipynb", "hello");
        folder.File("old.ipynb", """{"nbformat": 3, "worksheets": []}""");
        folder.File("short.ipynb", good[..^20]);
        folder.File("foreign.ipynb",
            """{"nbformat": 4, "cells": [], "metadata": {"kernelspec": {"name": "x", "display_name": "Python 3"}}}""");
        Directory.CreateDirectory(Path.Combine(folder.Path, "python"));
        folder.File("python/good.ipynb", NotebookFile.Text(NotebookFile.Code("#!python\nprint(1)")));
        var before = Directory.GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Order();

        var error = Assert.Throws<NotebookException>(() => RunPlan.Make(RunOptions.Parse(InFolder(arguments))));

        Assert.Contains(expected, error.Message);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(before, Directory.GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Order());
    }

    [Fact]
    public void AFolderThatCannotBeWrittenIsNamed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a folder that nobody can write");
        var good = folder.File("good.ipynb", NotebookFile.Text(NotebookFile.Code("1")));
        var error =
            Assert.Throws<NotebookException>(() => RunPlan.Make(RunOptions.Parse([good, "--out", "/proc/x.ipynb"])));
        Assert.Contains("--out '/proc/x.ipynb' cannot be written there", error.Message);
    }

    [Fact]
    public void TheExecutedNotebookGoesBesideUnderRuns()
    {
        var good = folder.File("good.ipynb", NotebookFile.Text(NotebookFile.Code("1")));
        Assert.Equal(Path.Combine(folder.Path, "runs", "good.ipynb"), RunPlan.Make(RunOptions.Parse([good])).Out);
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "runs")));
    }

    private string[] InFolder(string[] arguments) =>
        [.. arguments.Select(
            argument =>
                argument.StartsWith("--", StringComparison.Ordinal) ? argument : Path.Combine(folder.Path, argument))];
}
