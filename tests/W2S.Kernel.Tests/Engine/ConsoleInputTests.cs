namespace W2S.Kernel.Tests.Engine;

/// <summary>Standard input belongs to the process: these tests run beside no other.</summary>
[Collection(nameof(Alone))]
public sealed class ConsoleInputTests
{
    [Fact]
    public async Task LinesAreAskedOfTheHost()
    {
        using var session = new Session();
        var host = new RecordingHost();
        host.Input.Enqueue("Ada");
        host.Passwords.Enqueue("secret");
        var result = await session.Cells.RunAsync(
            "Console.Write(\"name? \"); var name = Console.ReadLine(); var word = Cell.ReadPassword(\"word? \"); "
            + "Console.Write(name + word + (Console.ReadLine() ?? \"-\"));", host,
            interrupt: TestContext.Current.CancellationToken);
        Assert.Null(result.Error);
        Assert.Equal("name? Adasecret-", host.Out);
        Assert.Equal(["text", "input", "input", "input", "text"], host.Events.Select(item => item.Kind));
    }

    [Theory]
    [InlineData("Console.InputEncoding = System.Text.Encoding.UTF8;", "csharp")]
    [InlineData("let x = 1", "fsharp")]
    public async Task LinesAreAskedOfTheHostAfterTheInputsEncodingWasSet(string code, string language)
    {
        using var session = new Session();
        await session.RunAsync(code, language);
        var host = new RecordingHost();
        host.Input.Enqueue("Ada");

        var result =
            await session.Cells.RunAsync("Console.Write(Console.ReadLine());", host,
                interrupt: TestContext.Current.CancellationToken);

        Assert.Null(result.Error);
        Assert.Equal("Ada", host.Out);
    }
}
