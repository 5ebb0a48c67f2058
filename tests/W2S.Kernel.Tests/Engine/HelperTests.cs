namespace W2S.Kernel.Tests.Engine;

/// <summary>What a cell may call by its bare name, in a cell anywhere in a session.</summary>
public sealed class HelperTests
{
    private const string All = """
        display(1); display("<i>2</i>", "text/html").Update("<i>3</i>"); display(HTML("<b>4</b>"));
        5.Display(); "<b>6</b>".Display("text/html"); new[] { 7 }.Display().Update("8");
        "<b>9</b>".DisplayAs("text/html");
        DisplayedValue shown = display("ten"); shown.Update("eleven");
        Cell.Token.ThrowIfCancellationRequested(); Cell.Check(); Cell.Clear(wait: true);
        $"{Cell.ReadLine("a line")} {Cell.ReadPassword("a word")}"
        """;

    [Fact]
    public async Task TheyWorkInEveryCellAfterLoadingAndImporting()
    {
        using var session = new Session();
        session.File("declared.csx",
            "DisplayedValue Loaded() => \"<b>loaded</b>\".DisplayAs(\"text/html\"); Loaded(); 1.Display(); "
            + "display(HTML(\"x\"));");
        session.File("all.csx", All);
        foreach (var cell in new[] { All, All, All, "#load \"declared.csx\"", All, "Loaded();", "#!import \"all.csx\"",
            All, "#!html\n<p>\n#!csharp\n" + All })
            await session.RunAsync(cell);
    }

    [Fact]
    public async Task TheyWorkOnceALibraryBringsWhatTheKernelRefersTo()
    {
        using var session = new Session();
        await session.RunAsync(
            "class Holder { public DisplayedValue Shown; } void Show(DisplayedValue value) { }\n" + All);
        await session.RunAsync($"#r \"{LibraryFolder.Dll("W2S")}\"\n" + All);
        await session.RunAsync(
            "using W2S;\nShow(display(1)); new Holder { Shown = 2.Display() }.Shown.Update(3);\n" + All);
        await session.RunAsync("#r \"Microsoft.CodeAnalysis.CSharp\"\n" + All);
        await session.RunAsync("Show(display(1)); new Holder { Shown = 2.Display() }.Shown.Update(3);\n" + All);
    }

    [Fact]
    public async Task TextIsShownAsWhatItAlreadyIs()
    {
        using var session = new Session();
        await session.RunAsync("var first = 1;");
        var host = await session.RunAsync(
            "\"<b>x</b>\".DisplayAs(\"text/html\"); \"# t\".DisplayAs(\"text/markdown\").Update(\"# u\");");
        Assert.Equal("<b>x</b>", host.Displays[0].Bundle!["text/html"].GetValue<string>());
        Assert.Equal(["text/html"], host.Displays[0].Bundle!.Keys);
        Assert.Equal("# u", host.Displays[2].Bundle!["text/markdown"].GetValue<string>());
        Assert.Contains("mime type 'html' has no slash",
            (await session.FailAsync("\"x\".DisplayAs(\"html\")")).Message);
    }
}
