namespace W2S.Kernel.Tests.Engine;

/// <summary>Whatever a value is, showing it never fails its cell.</summary>
public sealed class ValueTests
{
    private const string Odd = """
        sealed class Silent
        {
            public int Size => throw new Exception("no size");
            public override string ToString() => throw new Exception("no text");
        }
        sealed class Own { public int Size => 3; public override string ToString() => "own text"; }
        sealed class Mute : Exception { public override string Message => throw new Exception("no message"); }
        sealed class Blank : Exception { public override string Message => null; }
        static IEnumerable<int> Broken() { yield return 1; throw new Exception("broken\noff"); }
        static void Fail<T>(string mime) => Microsoft.DotNet.Interactive.Formatting.Formatter.Register<T>(
            _ => throw new InvalidOperationException("no picture"), mime);

        """;

    [Theory]
    [InlineData("new Silent()")]
    [InlineData("new[] { new Silent() }")]
    [InlineData("new { Inner = new Silent(), Error = new Mute() }")]
    [InlineData("Broken()")]
    [InlineData("new { Inner = Broken() }")]
    [InlineData("new Mute()")]
    [InlineData("new Blank()")]
    [InlineData("new[] { new Mute() }")]
    [InlineData("new Exception(\"outer\", new Mute())")]
    public async Task AValueThatCannotBeReadIsShownAllTheSame(string value)
    {
        using var session = new Session();
        Assert.NotEmpty((await session.RunAsync($"{Odd}{value}")).Plain!);
        var host = await session.RunAsync(
            $"display({value}).Update({value}); display({value}, \"text/html\"); Console.Write(\"on\");");
        Assert.Equal((3, "on"), (host.Displays.Count, host.Out));
        Assert.All(host.Displays, item => Assert.NotEmpty(item.Bundle!.Keys));
    }

    [Fact]
    public async Task WhatHasNoTextIsNamedByItsTypeWithTheReason()
    {
        using var session = new Session();
        var host = await session.RunAsync(Odd + "Broken()");
        Assert.EndsWith("(it cannot be shown: Exception: broken off)", host.Plain);
    }

    [Theory]
    [InlineData("text/html", new[] { "text/plain" })]
    [InlineData("application/json", new[] { "text/html", "text/plain" })]
    public async Task AFailingFormatterIsLeftOutAndNamed(string mime, string[] left)
    {
        using var session = new Session();
        var host = await session.RunAsync($"{Odd}Fail<Own>(\"{mime}\");\nnew Own()");
        Assert.Equal(left, host.LastResult!.Keys);
        Assert.Equal($"Own is shown without {mime}: its formatter failed, InvalidOperationException: no picture\n",
            host.Error);
    }

    [Fact]
    public async Task AFailingPlainTextFormatterGivesWayToToString()
    {
        using var session = new Session();
        var host = await session.RunAsync(Odd + "Fail<Own>(\"text/plain\"); Fail<Own>(\"text/html\");\nnew Own()");
        Assert.Equal("own text", host.Plain);
        var shown = await session.RunAsync("display(new Own(), \"text/html\");");
        Assert.Equal("own text", shown.Displays.Single().Bundle!["text/plain"].GetValue<string>());
    }

    [Fact]
    public async Task AStopDuringFormattingIsAStop()
    {
        using var session = new Session();
        using var stop = new CancellationTokenSource();
        var host = new RecordingHost { OnWrite = stop.Cancel };
        var result = await session.Cells.RunAsync(
            "sealed class Slow { public override string ToString() { Console.WriteLine(); while (true) { } } }\n"
            + "Microsoft.DotNet.Interactive.Formatting.Formatter.Register<Slow>(slow => slow.ToString(), "
                + "\"text/plain\");\nnew Slow()",
            host, interrupt: stop.Token);
        Assert.True(result.Error!.Interrupted);
        Assert.DoesNotContain("left behind", result.Error.Message);
    }

    [Theory]
    [InlineData("throw new Mute();", "Mute", "(its message cannot be read: Exception)")]
    [InlineData("throw new Blank();", "Blank", "")]
    [InlineData("throw new Exception(\"outer\", new Mute());", "Exception", "outer")]
    [InlineData("throw new Exception(\"\");", "Exception", "")]
    public async Task ExceptionsWithOddMessagesAreTold(string code, string name, string message)
    {
        using var session = new Session();
        var error = await session.FailAsync(Odd + code);
        Assert.Equal((name, message), (error.Name, error.Message));
    }

    [Theory]
    [InlineData("new int[3, 2]", "int[3, 2]\n[[0, 0],\n [0, 0],\n [0, 0]]")]
    [InlineData("new[,] { { 1.5, -10 }, { 0, 2 } }", "double[2, 2]\n[[1.5, -10],\n [  0,   2]]")]
    [InlineData("new int[2, 1, 2]", "int[2, 1, 2]\n[[[0, 0]],\n\n [[0, 0]]]")]
    [InlineData("new byte[1, 1, 1, 2]", "byte[1, 1, 1, 2]\n[[[[0, 0]]]]")]
    [InlineData("new[,] { { \"a\", null } }", "string[1, 2]\n[[     a, <null>]]")]
    [InlineData("new DateOnly[,] { { new(2026, 1, 2) } }", "DateOnly[1, 1]\n[[2026-01-02]]")]
    [InlineData("new int[0, 3]", "int[0, 3]\n[]")]
    [InlineData("Array.CreateInstance(typeof(int), [1, 2], [5, -1])", "int[1, 2]\n[[0, 0]]")]
    public async Task ArraysOfSeveralDimensionsAreMatrices(string code, string text)
    {
        using var session = new Session();
        var host = await session.RunAsync(code);
        Assert.Equal(["text/plain"], host.LastResult!.Keys);
        Assert.Equal(text, host.Plain);
    }

    [Fact]
    public async Task MatricesAreShownInsideOtherValuesAndCutWhereTheyAreLarge()
    {
        using var session = new Session();
        var host = await session.RunAsync("new { Weights = new double[1, 2] }");
        Assert.Contains("[[0, 0]]", host.Plain);
        Assert.Contains("[[0, 0]]", host.LastResult!["text/html"].GetValue<string>());
        var text = (await session.RunAsync("var large = new int[2000, 2000]; large[1999, 1999] = 7; large")).Plain!;
        Assert.StartsWith("int[2000, 2000]\n[[0, 0, 0, ..., 0, 0, 0],\n", text);
        Assert.EndsWith(",\n ...,\n [0, 0, 0, ..., 0, 0, 0],\n [0, 0, 0, ..., 0, 0, 0],\n [0, 0, 0, ..., 0, 0, 7]]",
            text);
    }

    [Theory]
    [InlineData("System.Text.Json.JsonDocument.Parse(TEXT)")]
    [InlineData("System.Text.Json.JsonDocument.Parse(TEXT).RootElement")]
    [InlineData("System.Text.Json.Nodes.JsonNode.Parse(TEXT)")]
    public async Task JsonIsItsText(string code)
    {
        using var session = new Session();
        const string Literal = "\"{\\\"a\\\":[1,\\\"é\\\",null]}\"";
        var host = await session.RunAsync(code.Replace("TEXT", Literal, StringComparison.Ordinal));
        Assert.Equal("{\n  \"a\": [\n    1,\n    \"é\",\n    null\n  ]\n}", host.Plain);
        Assert.DoesNotContain("Parent", host.LastResult!["text/html"].GetValue<string>());
    }

    [Fact]
    public async Task NewtonsoftsJsonIsItsTextToo()
    {
        using var session = new Session();
        var library = typeof(Newtonsoft.Json.Linq.JToken).Assembly.Location.Replace('\\', '/');
        var host = await session.RunAsync($"#r \"{library}\"\nNewtonsoft.Json.Linq.JToken.Parse(\"{{'a': [1]}}\")");
        Assert.Equal("{\n  \"a\": [\n    1\n  ]\n}", host.Plain);
    }

    [Theory]
    [InlineData("new DateTime(2026, 1, 2, 3, 4, 5)", "2026-01-02 03:04:05")]
    [InlineData("new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc).AddMilliseconds(60)", "2026-01-02 03:04:05.06Z")]
    [InlineData("new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2))", "2026-01-02 03:04:05+02:00")]
    [InlineData("new DateOnly(2026, 1, 2)", "2026-01-02")]
    [InlineData("new TimeOnly(3, 4, 5)", "03:04:05")]
    public async Task TimesSayTheirZoneWhereTheyHaveOne(string code, string text)
    {
        using var session = new Session();
        var host = await session.RunAsync(code);
        Assert.Equal(text, host.Plain);
        Assert.Equal($"<span>{text}</span>", host.LastResult!["text/html"].GetValue<string>());
        var around = await session.RunAsync($"new {{ When = {code} }}");
        Assert.Contains($">{text}</", around.LastResult!["text/html"].GetValue<string>());
    }

    [Fact]
    public async Task ANotebooksOwnFormattersGoFirst()
    {
        using var session = new Session();
        var host = await session.RunAsync("""
            using Microsoft.DotNet.Interactive.Formatting;
            Formatter.Register<Guid[,]>(_ => "my matrix", "text/plain");
            new Guid[1, 1]
            """);
        Assert.Equal("my matrix", host.Plain);
    }

    [Fact]
    public async Task AnEmptyTensorIsShownByShapeAndType()
    {
        using var session = new Session();
        var host = await session.RunAsync(
            $"#r \"{LibraryFolder.Dll("TorchSharp")}\"\nusing TorchSharp;\ntorch.empty(0, 3)");
        Assert.Equal("[0x3], type = Float32, device = cpu", host.Plain);
    }
}
