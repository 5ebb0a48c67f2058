using System.Text.Json.Nodes;
using W2S.Kernel.Engine;

namespace W2S.Kernel.Tests.Engine;

[Collection(nameof(Alone))]
public sealed class DisplayTests
{
    [Fact]
    public async Task DisplayShowsAndUpdateReplacesAlsoFromALaterCell()
    {
        using var session = new Session();
        var first = await session.RunAsync("var shown = display(\"one\"); shown.Update(\"two\");");
        Assert.Equal(["display", "update"], first.Displays.Select(item => item.Kind));
        var later = await session.RunAsync("shown.Update(\"three\");");
        Assert.Equal("update", later.Displays.Single().Kind);
        Assert.Equal(first.Displays[0].Id, later.Displays.Single().Id);
        Assert.Equal("three", later.Displays.Single().Bundle!["text/plain"].GetValue<string>());
        Assert.Single(first.Displays.DistinctBy(item => item.Id));
    }

    [Fact]
    public async Task AHandleAtTheEndIsNotShownAgain()
    {
        using var session = new Session();
        var host = await session.RunAsync("display(1)");
        Assert.Single(host.Events);
        Assert.Null(host.LastResult);
    }

    [Fact]
    public async Task HtmlIsShownAsHtml()
    {
        using var session = new Session();
        var host = await session.RunAsync("HTML(\"<b>x</b>\")");
        Assert.Equal("<b>x</b>", host.LastResult!["text/html"].GetValue<string>());
    }

    [Fact]
    public async Task MimeTypesCanBeChosen()
    {
        using var session = new Session();
        var host = await session.RunAsync("""
            display("{\"data\":[1]}", "application/vnd.plotly.v1+json");
            display(new { A = 1 }, "application/json", "text/plain");
            display("<i>y</i>", "text/html").Update("<i>z</i>");
            """);
        Assert.IsType<JsonObject>(host.Displays[0].Bundle!["application/vnd.plotly.v1+json"]);
        Assert.Equal(1, host.Displays[1].Bundle!["application/json"]["A"]!.GetValue<int>());
        Assert.Equal(["application/json", "text/plain"], host.Displays[1].Bundle!.Keys);
        Assert.Equal("<i>z</i>", host.Displays[3].Bundle!["text/html"].GetValue<string>());
    }

    [Fact]
    public async Task ObjectsCarryHtmlAndPlainText()
    {
        using var session = new Session();
        var host = await session.RunAsync("new[] { new { A = 1, B = \"x\" } }");
        Assert.Equal(["text/html", "text/plain"], host.LastResult!.Keys);
        Assert.Contains("<table>", host.LastResult["text/html"].GetValue<string>());
    }

    [Fact]
    public async Task RegisteredFormattersCountAndSpecialTypesComeFirst()
    {
        using var session = new Session();
        var host = await session.RunAsync("""
            #!csharp
            using Microsoft.DotNet.Interactive.Formatting;
            class Chart { }
            Formatter.Register<Chart>(_ => "<svg/>", "text/html");
            Formatter.Register<Chart>(_ => "{\"layout\":{}}", "application/vnd.plotly.v1+json");
            Formatter.Register<Chart>(_ => "a chart", "text/plain");
            new Chart()
            """);
        Assert.Equal(["application/vnd.plotly.v1+json", "text/html", "text/plain"], host.LastResult!.Keys);
        Assert.Equal("a chart", host.Plain);
        Assert.Equal("<svg/>", host.LastResult["text/html"].GetValue<string>());
    }

    [Fact]
    public async Task ClearReachesTheHostInOrder()
    {
        using var session = new Session();
        var host = await session.RunAsync("Console.Write(\"a\"); Cell.Clear(); Console.Write(\"b\");");
        Assert.Equal(["text", "clear", "text"], host.Events.Select(item => item.Kind));
    }

    [Fact]
    public async Task WhatNotebooksShowByTheLibrarysNamesIsShown()
    {
        using var session = new Session();
        var host = await session.RunAsync("""
            new[] { new { A = 1, B = "x" } }.DisplayTable();
            Javascript("go()"); CSS("b { color: red }");
            Microsoft.DotNet.Interactive.Kernel.display("by its full name");
            display(new LaTeXString("x^2")); display((MathString)"y^2");
            """);
        string Shown(int at, string mime) => host.Displays[at].Bundle![mime].GetValue<string>();
        Assert.Contains("<td><span>A</span></td>", Shown(0, "text/html"));
        Assert.Equal("<script type=\"text/javascript\">go()</script>", Shown(1, "text/html"));
        Assert.Contains("b { color: red }", Shown(2, "text/html"));
        Assert.Equal(["by its full name", "x^2", "$$y^2$$"],
            [Shown(3, "text/plain"), Shown(4, "text/latex"), Shown(5, "text/latex")]);
        Assert.Equal(6, host.Events.Count);
    }

    [Fact]
    public async Task WhatNotebooksAskOfTheFormattersIsDone()
    {
        using var session = new Session();
        var host = await session.RunAsync("""
            using static Microsoft.DotNet.Interactive.Formatting.PocketViewTags;
            class Pair { public int Left = 1; public int Right = 2; }
            display(div[id: "box"](b("bold"), " & plain"));
            Formatter.Register<Pair>(pair => $"{pair.Left}|{pair.Right}", "text/markdown");
            Formatter.SetPreferredMimeTypesFor(typeof(Pair), "text/markdown");
            display(new Pair());
            var usual = Formatter.ListExpansionLimit;
            Formatter.ListExpansionLimit = 3; // of the process, not of the session
            Console.Write(new[] { 1, 2, 3, 4, 5 }.ToDisplayString());
            display(Enumerable.Range(1, 9).ToList());
            Formatter.ListExpansionLimit = usual;
            """);
        Assert.Equal("<div id=\"box\"><b>bold</b> &amp; plain</div>",
            host.Displays[0].Bundle!["text/html"].GetValue<string>());
        Assert.Equal("1|2", host.Displays[1].Bundle!["text/markdown"].GetValue<string>());
        Assert.Contains("2 more", host.Out);
        Assert.DoesNotContain("9", host.Displays[2].Bundle!["text/plain"].GetValue<string>());
    }

    [Fact]
    public async Task AHandleCanBeHeldByTheLibrarysType()
    {
        using var session = new Session();
        var host = await session.RunAsync("""
            DisplayedValue shown = display(1); shown.Update(HTML("<i>2</i>")); "<b>3</b>".DisplayAs("text/html");
            """);
        Assert.Equal(["display", "update", "display"], host.Events.Select(item => item.Kind));
        Assert.Equal(host.Displays[0].Id, host.Displays[1].Id);
        Assert.Equal("<i>2</i>", host.Displays[1].Bundle!["text/html"].GetValue<string>());
    }

    [Fact]
    public void JsonStringsStayStrings() =>
        Assert.IsType<string>(new MimeBundle("text/plain", "{}")["text/plain"].GetValue<string>());
}
