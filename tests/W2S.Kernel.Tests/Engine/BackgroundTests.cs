namespace W2S.Kernel.Tests.Engine;

[Collection(nameof(Alone))]
public sealed class BackgroundTests
{
    [Fact]
    public async Task AnExceptionInABackgroundThreadIsSaidAndTheSessionLives()
    {
        using var session = new Session();
        var host = await session.RunAsync("""
            var thread = new System.Threading.Thread(() => throw new InvalidOperationException("lost"));
            thread.Start();
            thread.Join();
            await Task.Delay(300);
            """);
        Assert.Contains("Unhandled exception in a background thread", host.Error);
        Assert.Contains("lost", host.Error);
        Assert.Equal("2", (await session.RunAsync("1 + 1")).Plain);
    }

    [Fact]
    public async Task AnAsyncVoidThatThrowsIsSaid()
    {
        using var session = new Session();
        var host = await session.RunAsync("""
            async void Fire() { await Task.Yield(); throw new FormatException("async void"); }
            Fire();
            await Task.Delay(300);
            """);
        Assert.Contains("async void", host.Error);
    }

    [Fact]
    public async Task WhatACellStartedMayPrintAfterItsEndToItsOwnHost()
    {
        using var session = new Session();
        var first =
            await session.RunAsync("_ = Task.Run(async () => { await Task.Delay(200); Console.Write(\"later\"); });");
        var second = await session.RunAsync("await Task.Delay(500); Console.Write(\"second\");");
        Assert.Equal(("later", "second"), (first.Out, second.Out));
    }
}
