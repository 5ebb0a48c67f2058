namespace W2S.Kernel.Tests.Engine;

/// <summary>The engine's languages as kernels of Microsoft.DotNet.Interactive.</summary>
public sealed class KernelFamilyTests
{
    private const string Usings = """
        using Microsoft.DotNet.Interactive;
        using Microsoft.DotNet.Interactive.Commands;
        using Microsoft.DotNet.Interactive.Directives;
        using Microsoft.DotNet.Interactive.Events;
        """;

    [Fact]
    public async Task ACellReachesItsKernelsAndWhatItSendsThemStays()
    {
        using var session = new Session();
        await session.RunAsync(Usings + "\nvar one = 1;");
        var host = await session.RunAsync("""
            Console.Write($"{Kernel.Root.Name} {Kernel.Current.Name}");
            KernelInvocationContext.Current.Display("shown").Update("then");
            var sent = await Kernel.Root.SendAsync(new SubmitCode("Console.Write(\" in\"); var two = one + 1; two"));
            sent.Events.OfType<ReturnValueProduced>().Single().Value
            """);
        Assert.Equal(".NET csharp in", host.Out);
        Assert.Equal(["shown", "then", "2"],
            host.Displays.Select(item => item.Bundle!["text/plain"].GetValue<string>()));
        Assert.Equal(host.Displays[0].Id, host.Displays[1].Id);
        Assert.Equal("update", host.Displays[1].Kind);
        Assert.Equal("2", host.Plain);
        Assert.Equal("3", (await session.RunAsync("two + 1")).Plain);
        host = await session.RunAsync("Kernel.Root.SendAsync(new SubmitCode(\"two * 2\")).Result.Events.Count > 0");
        Assert.Equal("True", host.Plain); // waited for on the cells' own thread
        var error = await session.FailAsync(
            "await Kernel.Root.SendAsync(new SubmitCode(\"1\"));\nthrow new Exception(\"no\");");
        Assert.Equal(("Exception", 2), (error.Name, error.Line));
        Assert.Equal("4", (await session.RunAsync("two + 2")).Plain);
    }

    [Fact]
    public async Task ValuesGoFromKernelToKernel()
    {
        using var session = new Session();
        await session.RunAsync("var numbers = new List<int> { 1, 2 };");
        var host = await session.RunAsync("#!value --name note\nfirst\n\n#!csharp\n1");
        Assert.Equal("1", host.Plain);
        host = await session.RunAsync("#!share --from value note\nnote");
        Assert.Equal("first", host.Plain!.Trim());
        host = await session.RunAsync(
            "#!set --name again --value @csharp:numbers --byref\nagain.Add(3); numbers.Count");
        Assert.Equal("3", host.Plain);
        host = await session.RunAsync("#!set --name word --value \"Ada L\"\nword.Length");
        Assert.Equal("5", host.Plain);
        Assert.Contains("'nothing'", (await session.FailAsync("#!share --from csharp nothing --as x")).Message);
    }

    [Fact]
    public async Task TheReaderIsAskedOnceOrTheCellFailsInOneLine()
    {
        using var session = new Session();
        var host = new RecordingHost();
        host.Input.Enqueue("typed");
        host.Passwords.Enqueue("hidden");
        host.Input.Enqueue("more");
        var result = await session.Cells.RunAsync("""
            #!set --name name --value @input:"Your name"
            #!set --name word --value @password:Word
            #!csharp
            $"{name} {word.GetClearTextPassword()} {await GetInputAsync("And?")}"
            """, host, interrupt: TestContext.Current.CancellationToken);
        Assert.True(result.Succeeded, result.Error?.Message);
        Assert.Equal("typed hidden more", host.Plain);
        Assert.Equal(["Your name", "Word", "And?"],
            host.Events.Where(item => item.Kind == "input").Select(item => item.Text));
        host = new RecordingHost();
        var error = await session.FailAsync("1\n#!set --name x --value @input:where", host: host);
        Assert.Equal(("MagicError", 2), (error.Name, error.Line));
        Assert.Equal(
            "'where' is asked for, and nobody is there to answer; give it to the run as --input \"where=VALUE\"",
            error.Message);
        Assert.Equal("", host.Error);
    }

    [Fact]
    public async Task AStopReachesTheContextAndTheSessionGoesOn()
    {
        using var session = new Session();
        await session.RunAsync(Usings + "\nvar ended = new TaskCompletionSource[] { new(), new() };");
        string[] cells =
        [
            "while (Kernel.Current is not null) { }",
            "await Task.Delay(-1, KernelInvocationContext.Current.CancellationToken);",
        ];
        for (var at = 0; at < cells.Length; at++)
        {
            using var stop = new CancellationTokenSource();
            var host = new RecordingHost { OnWrite = stop.Cancel };
            var code = $"Console.WriteLine(1); try {{ {cells[at]} }} finally {{ ended[{at}].SetResult(); }}";
            var result = await session.Cells.RunAsync(code, host, interrupt: stop.Token);
            Assert.True(result.Error!.Interrupted);
            await session.RunAsync($"await ended[{at}].Task.WaitAsync(TimeSpan.FromSeconds(20));"); // on a busy machine
        }
    }

    [Fact]
    public async Task KernelsAndMagicsAddedInACellAreThere()
    {
        using var session = new Session();
        var host = await session.RunAsync(Usings + """

            class Shout : Kernel, IKernelCommandHandler<SubmitCode>
            {
                public Shout() : base("shout") { }
                public Task HandleAsync(SubmitCode command, KernelInvocationContext context)
                {
                    context.Display(command.Code.ToUpperInvariant());
                    return Task.CompletedTask;
                }
            }
            ((CompositeKernel)Kernel.Root).Add(new Shout());
            Kernel.Root.AddDirective(new KernelActionDirective("#!hello") { Description = "greets" },
                (_, context) => { context.Display("hello"); return Task.CompletedTask; });
            #!shout
            at once
            #!csharp
            1
            """);
        Assert.Equal("AT ONCE", host.Displays.Single().Bundle!["text/plain"].GetValue<string>().Trim());
        Assert.Equal("1", host.Plain);
        host = await session.RunAsync("#!hello\n#!shout\nso be it\n#!csharp\n2");
        Assert.Equal(["hello", "SO BE IT"],
            host.Displays.Select(item => item.Bundle!["text/plain"].GetValue<string>().Trim()));
        Assert.Equal("2", host.Plain);
        host = await session.RunAsync("#!lsmagic");
        Assert.Matches("#!hello +greets", host.Displays[0].Bundle!["text/plain"].GetValue<string>());
    }

    [Fact]
    public async Task WhatIsWrongWithCodeIsToldBeforeItRuns()
    {
        using var session = new Session();
        var host = await session.RunAsync(Usings + """

            var known = 1;
            var asked = await Kernel.Root.SendAsync(new RequestDiagnostics("known + unknown", "csharp"));
            var told = asked.Events.OfType<DiagnosticsProduced>().Single().Diagnostics;
            string.Join(" ", told.Select(one => $"{one.Code} {one.LinePositionSpan.Start.Character}"))
            """);
        Assert.Equal("CS0103 8", host.Plain);
    }

    [Fact]
    public async Task AnExtensionInAPackageIsLoadedWithIt()
    {
        using var session = new Session();
        LocalPackage.CreateExtension(session.Folder, "W2S.Greeting", "1.0.0", script: "#!csharp\nvar fromScript = 5;");
        var host = await session.RunAsync(
            $"#i \"nuget: {session.Folder}\"\n#r \"nuget: W2S.Greeting, 1.0.0\"\nfromScript");
        Assert.Equal("5", host.Plain);
        host = await session.RunAsync("#!greet");
        Assert.Equal("greeted", host.Displays.Single().Bundle!["text/plain"].GetValue<string>());
    }
}
