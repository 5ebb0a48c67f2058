namespace W2S.Kernel.Tests.Engine;

/// <summary>What F# cells find there without asking.</summary>
public sealed class FSharpTests
{
    [Fact]
    public async Task HtmlIsWrittenByFunctions()
    {
        using var session = new Session();
        var host = await session.RunAsync("""
            open Html
            div [ _class "note"; _style ["color: red;"; " top: 1px "]; _hidden true; _cols 2.0 ] [
                h1 [] [ str "a < b" ]
                rawText "<hr>"
                for n in 1 .. 2 do
                    span [ _custom ("data-n", n) ] [ n; " times" ]
                custom "mark" [] [ em [] [ embedNoContext 3 ] ]
            ]
            """, "fsharp");
        var html = host.LastResult!["text/html"].GetValue<string>();
        Assert.StartsWith("<div class=\"note\" style=\"color: red; top: 1px\"", html);
        Assert.Contains("<h1>a &lt; b</h1><hr>", html);
        Assert.Contains("<span data-n=\"1\"><div class=\"dni-plaintext\"><pre>1</pre></div> times</span>", html);
        Assert.Contains("<mark><em>3</em></mark></div>", html);
    }

    [Fact]
    public async Task AFormatterInAModuleWritesHtml()
    {
        using var session = new Session();
        await session.RunAsync("""
            type Person = { Name: string; Age: int }
            module PersonFormatter =
                open Html
                Formatter.Register<Person>((fun (person: Person) (writer: TextWriter) ->
                    b [] [ str person.Name; person.Age ] |> writer.Write), mimeType = "text/html")
            """, "fsharp");
        var host = await session.RunAsync("{ Name = \"Ada\"; Age = 36 }", "fsharp");
        Assert.Contains("<b>Ada", host.LastResult!["text/html"].GetValue<string>());
    }

    [Fact]
    public async Task TheUsualNamespacesAndFunctionsAreOpen()
    {
        using var session = new Session();
        var host = await session.RunAsync("""
            display(HTML "<b>x</b>") |> ignore
            display((LaTeXString "x^2")) |> ignore
            Javascript "go()"
            Formatter.ListExpansionLimit <- 20
            String.Join(",", [ StringBuilder("a").ToString(); Path.GetFileName "/b/c" ])
            """, "fsharp");
        Assert.Equal("a,c", host.Plain);
        Assert.Equal(["text/html", "text/latex", "text/html"],
            host.Displays.Select(item => item.Bundle!.Keys.First()));
    }

    [Fact]
    public async Task APackageIsTheSessionsWithItsExtension()
    {
        using var session = new Session();
        LocalPackage.CreateExtension(session.Folder, "W2S.Greeting", "1.0.0", script: "#!csharp\nvar fromScript = 5;");
        var host = await session.RunAsync($"""
            #i "nuget: {session.Folder}"
            #r "nuget: W2S.Greeting, 1.0.0"
            let text = "#r \"nuget: In.Text\""
            text.Length
            """, "fsharp");
        Assert.Equal("19", host.Plain);
        Assert.Equal("5", (await session.RunAsync("fromScript")).Plain);
        host = await session.RunAsync("#!greet", "fsharp");
        Assert.Equal("greeted", host.Displays.Single().Bundle!["text/plain"].GetValue<string>());
        var error = await session.FailAsync(
            "let one = 1\n#r \"nuget: W2S.Nowhere.To.Be.Found, 1.0.0\"\none", "fsharp");
        Assert.Equal(("PackageError", 2), (error.Name, error.Line));
    }

    [Fact]
    public async Task AReferenceThatIsNotThereIsAnError()
    {
        using var session = new Session();
        Assert.Contains("nowhere.dll", (await session.FailAsync("#r \"nowhere.dll\"", "fsharp")).Message);
    }
}
