namespace W2S.Kernel.Tests.Engine;

/// <summary>Lines inside strings and comments that look like magics or directives are text.</summary>
public sealed class TextTests
{
    [Theory]
    [InlineData("\"\"\"\n#!csharp\n#!time\n\"\"\"", "#!csharp\n#!time")]
    [InlineData("\"\"\"\"\n#!html\n\"\"\"\n#r \"nope.dll\"\n\"\"\"\"", "#!html\n\"\"\"\n#r \"nope.dll\"")]
    [InlineData(
        "@\"a\n#!fsharp\n#load \"\"nope.csx\"\"\n#i \"\"nuget: nope\"\"\"",
        "a\n#!fsharp\n#load \"nope.csx\"\n#i \"nuget: nope\"")]
    [InlineData("$@\"{1 + 1}\n#!markdown {2}\"", "2\n#!markdown 2")]
    [InlineData("$\"\"\"\n#!bash {1 + 1}\n#r \"nope.dll\"\n\"\"\"", "#!bash 2\n#r \"nope.dll\"")]
    [InlineData("$$\"\"\"\n#!bash {x} {{$\"{@\"\n#!nested\".Trim()}\"}}\n\"\"\"", "#!bash {x} #!nested")]
    public async Task InsideStrings(string literal, string value)
    {
        using var session = new Session();
        Assert.Equal(value, (await session.RunAsync($"var text = {literal};\ntext")).Plain);
    }

    [Fact]
    public async Task InsideCommentsAndCodeLeftOut()
    {
        using var session = new Session();
        var host = await session.RunAsync(""""
            /* begins
            #!html
            #r "nope.dll"
            */
            // "/*
            #if NEVER
            #load "nope.csx"
            #endif
            var quote = '"'; // a comment's """
            #!markdown
            it's "text" /* and no C#
            #!csharp
            quote
            """");
        Assert.Equal("it's \"text\" /* and no C#", host.Displays.Single().Bundle!["text/markdown"].GetValue<string>());
        Assert.Equal("\"", host.Plain);
    }

    [Fact]
    public async Task InsideStringsAndCommentsOfFSharp()
    {
        using var session = new Session();
        var host = await session.RunAsync(""""
            #!fsharp
            let quote = '"'
            let text = "
            "
            (* begins
            #!html
            "*)"
            #!html
            *)
            let raw = @"
            #!csharp
            "
            let whole = """
            #!time
            while true do
            """
            let mutable n = 0
            while n < 3 do n <- n + 1
            $"{raw.Trim()} {whole.Trim()} {n}"
            #!csharp
            Console.Write("after");
            """");
        var shown = host.Displays.Single().Bundle!["text/plain"].GetValue<string>();
        Assert.Equal("#!csharp #!time\nwhile true do 3", shown);
        Assert.Equal("after", host.Out);
    }

    [Fact]
    public async Task AScriptsFirstLineInsideAShellPart()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "bash is asked for");
        using var session = new Session();
        var host = await session.RunAsync("#!bash\ncat <<END\n#!/bin/sh\nEND");
        Assert.Equal("#!/bin/sh\n", host.Out);
    }

    [Fact]
    public async Task EditorsSeeTheSame()
    {
        using var session = new Session();
        var stop = TestContext.Current.CancellationToken;
        const string Inside = "var s = \"\"\"\n#!ma";
        var offered = (await session.Cells.CompleteAsync(Inside, Inside.Length, stop)).Entries;
        Assert.DoesNotContain("#!markdown", offered.Select(entry => entry.Text));
        const string Behind = "var s = \"\"\"\n#!fsharp\n\"\"\";\ns.Subs";
        Assert.Equal("Substring", (await session.Cells.CompleteAsync(Behind, Behind.Length, stop)).Entries[0].Text);
        Assert.Equal("Incomplete", session.Cells.CheckComplete("var s = \"\"\"\n#!fsharp").Status.ToString());
    }

    [Fact]
    public async Task ErrorsBehindThemNameTheirLine()
    {
        using var session = new Session();
        var error = await session.FailAsync("var s = \"\"\"\n#!fsharp\n\"\"\";\n#!frobnicate");
        Assert.Equal(("UnknownMagic", 4), (error.Name, error.Line));
    }
}
