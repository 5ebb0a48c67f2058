using W2S.Kernel.Engine;

namespace W2S.Kernel.Tests.Engine;

public sealed class EditingTests
{
    [Fact]
    public async Task CompletionsKnowVariablesUsingsAndWhatIsTyped()
    {
        using var session = new Session();
        await session.RunAsync("using System.IO;\nvar sentence = \"words\"; record Point(int X, int Y);");
        var stop = TestContext.Current.CancellationToken;
        var result = await session.Cells.CompleteAsync("1 + sentence.Subs", 17, stop);
        Assert.Equal((13, 17), (result.Start, result.End));
        Assert.Equal(("Substring", "method"), (result.Entries[0].Text, result.Entries[0].Kind));
        Assert.DoesNotContain(result.Entries, entry => entry.Text == "Length");
        Assert.Equal("sentence", (await session.Cells.CompleteAsync("sent", 4, stop)).Entries[0].Text);
        Assert.Contains("Path",
            (await session.Cells.CompleteAsync("Pat", 3, stop)).Entries.Select(entry => entry.Text));
        Assert.Contains("X",
            (await session.Cells.CompleteAsync("new Point(1, 2).", 16, stop)).Entries.Select(entry => entry.Text));
        Assert.Contains("display",
            (await session.Cells.CompleteAsync("disp", 4, stop)).Entries.Select(entry => entry.Text));
        var later = await session.Cells.CompleteAsync("#!html\r\n<p>\r\n#!csharp\r\nsentence.Len", 35, stop);
        Assert.Equal("Length", later.Entries[0].Text);
        Assert.Empty((await session.Cells.CompleteAsync("#!html\n<p", 9, stop)).Entries);
    }

    [Fact]
    public async Task ATypeWithoutItsUsingIsOfferedByItsWholeName()
    {
        using var session = new Session();
        var stop = TestContext.Current.CancellationToken;
        string[] Texts(CompletionResult result) => [.. result.Entries.Select(entry => entry.Text)];
        Assert.Contains("System.Diagnostics.Stopwatch", Texts(await session.Cells.CompleteAsync("Stopw", 5, stop)));
        Assert.DoesNotContain("System.Diagnostics.Stopwatch",
            Texts(await session.Cells.CompleteAsync("using System.Diagnostics;\nStopw", 31, stop)));
        Assert.DoesNotContain("System.Diagnostics.Stopwatch",
            Texts(await session.Cells.CompleteAsync("\"\".Stopw", 8, stop)));
    }

    [Fact]
    public async Task PackagesOfTheLocalCacheAreOffered()
    {
        Online.Require("xunit.v3", "4.0.2"); // the tests' own
        using var session = new Session();
        var stop = TestContext.Current.CancellationToken;
        var result = await session.Cells.CompleteAsync("1\n#r \"nuget: XUNIT.v\"", 20, stop);
        Assert.Equal((13, 20), (result.Start, result.End));
        Assert.Contains("xunit.v3", result.Entries.Select(entry => entry.Text));
        result = await session.Cells.CompleteAsync("#r \"nuget:xunit.v3, 4", 21, stop);
        Assert.Contains("4.0.2", result.Entries.Select(entry => entry.Text));
        Assert.Equal(20, result.Start);
    }

    [Fact]
    public async Task MagicsAreCompleted()
    {
        using var session = new Session();
        var result = await session.Cells.CompleteAsync("x\n#!ma", 6, TestContext.Current.CancellationToken);
        Assert.Equal((2, 6), (result.Start, result.End));
        Assert.Equal(["#!markdown"], result.Entries.Select(entry => entry.Text));
    }

    [Fact]
    public async Task InspectionGivesSignatureAndSummary()
    {
        using var session = new Session();
        var stop = TestContext.Current.CancellationToken;
        await session.RunAsync(
            "var sentence = \"words\";\n/// <summary>Doubles a number.</summary>\nint Twice(int x) => 2 * x;");
        var plain = (await session.Cells.InspectAsync("sentence", 3, stop))!["text/plain"].GetValue<string>();
        Assert.Contains("string", plain);
        Assert.Contains("sentence", plain);
        plain = (await session.Cells.InspectAsync("var y = Twice(3);", 10, stop))!["text/plain"].GetValue<string>();
        Assert.Contains("Twice(int x)", plain);
        Assert.Contains("Doubles a number.", plain);
        plain = (await session.Cells.InspectAsync("display(1)", 2, stop))!["text/plain"].GetValue<string>();
        Assert.Contains("Shows a value at once.", plain);
        Assert.Null(await session.Cells.InspectAsync("   ", 1, stop));
    }

    [Theory]
    // an assembly of its own
    [InlineData("Console.WriteLine", "Writes the current line terminator to the standard output stream.")]
    // the core library, documented as System.Runtime
    [InlineData("string.IsNullOrEmpty", "Indicates whether the specified string is")]
    // the core library, documented as System.Collections
    [InlineData("new List<int>().Sort", "Sorts the elements in the entire")]
    public async Task TheRuntimesOwnMembersAreDocumentedWhereTheSdkIs(string code, string summary)
    {
        var packs =
            Path.GetFullPath("../../../packs/Microsoft.NETCore.App.Ref",
                Path.GetDirectoryName(typeof(object).Assembly.Location)!);
        Assert.SkipUnless(Directory.Exists(packs), $"there is no {packs}");
        using var session = new Session();
        var found = await session.Cells.InspectAsync(code, code.Length, TestContext.Current.CancellationToken);
        Assert.Contains(summary, found!["text/plain"].GetValue<string>());
    }

    [Theory]
    [InlineData("var x = 1;", "Complete", "")]
    [InlineData("x", "Complete", "")]
    [InlineData("", "Complete", "")]
    [InlineData("if (x) {", "Incomplete", "    ")]
    [InlineData("class C { void M() {", "Incomplete", "        ")]
    [InlineData("Foo(1,", "Incomplete", "")]
    [InlineData("int x = 1;)", "Invalid", "")]
    [InlineData("#!html\n<p>{", "Complete", "")]
    [InlineData("#!csharp\nvar x = new {", "Incomplete", "    ")]
    [InlineData("#!fsharp\nlet x =", "Unknown", "")]
    public void CompletenessIsToldByTheLastPart(string code, string status, string indent)
    {
        using var session = new Session();
        var result = session.Cells.CheckComplete(code);
        Assert.Equal((status, indent), (result.Status.ToString(), result.Indent));
    }

    [Fact]
    public async Task PositionsOutsideTheTextAreRefused()
    {
        using var session = new Session();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => session.Cells.CompleteAsync("x", 2, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => session.Cells.InspectAsync("x", -1, TestContext.Current.CancellationToken));
    }
}
