using System.Reactive.Disposables;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.Events;
using Microsoft.DotNet.Interactive.Utility;
using W2S.Kernel.Engine.Cells;
using W2S.Kernel.Engine.Output;

namespace W2S.Kernel.Engine.Interactive;

/// <summary>The session's languages as kernels of Microsoft.DotNet.Interactive, side by side with those that extensions
/// add.</summary>
/// <remarks>
/// It is made when a cell first needs it: its code speaks of that library, a magic shares a value, a package brings an
/// extension. From then on every part runs in a <see cref="KernelInvocationContext"/>. Compiling, packages, stopping
/// and output stay the engine's.
/// </remarks>
internal sealed partial class KernelFamily : IDisposable
{
    // Contexts lead standard output to themselves, all by one subscription: held for good, that happens once, and what
    // cells write stays the engine's.
    private static readonly Lazy<IDisposable> OwnConsole = new(() =>
    {
        var subscription = ConsoleOutput.Subscribe(_ => Disposable.Empty);
        ConsoleRouting.Begin();
        return subscription;
    });

    private readonly CompositeKernel root = new();
    private readonly IDisposable events;
    private volatile List<string>? errors; // what goes wrong in lines that the family runs as they are

    public KernelFamily(ILanguage csharp, ILanguage fsharp)
    {
        _ = OwnConsole.Value;
        root.Add(new LanguageKernel("csharp", "C#", csharp), ["c#", "C#"]);
        root.Add(new LanguageKernel("fsharp", "F#", fsharp), ["f#", "F#"]);
        root.Add(new KeyValueStoreKernel());
        root.DefaultKernelName = "csharp";
        root.RegisterCommandHandler<RequestInput>((command, context) =>
        {
            if (Ask(command.Prompt, command.IsPassword) is { } text)
                context.Publish(new InputProduced(text, command));
            else
                context.Fail(command, message: CellOutput.NobodyToAsk(command.Prompt));
            return Task.CompletedTask;
        });
        root.SetDefaultTargetKernelNameForCommand(typeof(RequestInput), root.Name);
        events = root.KernelEvents.Subscribe(new Listener(this));
    }

    /// <summary>Runs a part of a cell in the context of one of the kernels.</summary>
    /// <param name="kernel">The part's language.</param>
    /// <param name="work">Runs it.</param>
    /// <param name="stop">Cancels the context's own token.</param>
    /// <returns>Ends with the work, whatever the context says.</returns>
    public async Task RunAsync(string kernel, Func<Task> work, CancellationToken stop)
    {
        if (KernelInvocationContext.Current is { IsComplete: false })
        {
            await work().ConfigureAwait(false); // a kernel of the family has sent it here
            return;
        }
        var command = new PartCommand(kernel, work);
        try
        {
            await root.SendAsync(command, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // the work tells
        }
        command.Ended();
        await command.Work.ConfigureAwait(false);
    }

    /// <summary>True where a kernel of the family is called so.</summary>
    public bool HasKernel(string name) => root.FindKernelByName(name) is not null;

    /// <summary>True where the family has such a magic for a language.</summary>
    public bool HasMagic(string name, string language) =>
        new[] { root, root.FindKernelByName(language) }.OfType<Microsoft.DotNet.Interactive.Kernel>()
            .Any(kernel => kernel.KernelInfo.SupportedDirectives.Any(directive => directive.Name == "#!" + name));

    /// <summary>The magics that extensions have added, with what each is for.</summary>
    public IEnumerable<(string Name, string Text)> Magics => root.ChildKernels.Prepend(root)
        .SelectMany(kernel => kernel.KernelInfo.SupportedDirectives)
        .Select(directive => (directive.Name[2..], directive.Description ?? "")).Distinct();

    /// <summary>Has the family run lines as they are: a magic of its own, code for another kernel.</summary>
    /// <param name="text">The lines.</param>
    /// <param name="kernel">The language around them.</param>
    /// <param name="stop">Cancels them.</param>
    /// <exception cref="InvalidOperationException">They failed; the message says why.</exception>
    public async Task SubmitAsync(string text, string kernel, CancellationToken stop)
    {
        var target = root.FindKernelByName(kernel)?.Name ?? root.DefaultKernelName;
        if (From().Match(text) is { Success: true } from && root.FindKernelByName(from.Groups["name"].Value) is null)
        {
            throw new InvalidOperationException(
                $"there is no kernel '{from.Groups["name"].Value}' to share from; there are "
                + $"{string.Join(", ", root.ChildKernels.Select(child => child.Name))}");
        }
        var said = errors = [];
        CommandFailed? failed;
        try
        {
            var result = await root.SendAsync(new SubmitCode(text, target), stop).ConfigureAwait(false);
            failed = result.Events.OfType<CommandFailed>().LastOrDefault();
        }
        finally
        {
            errors = null;
        }
        stop.ThrowIfCancellationRequested();
        if (failed?.Exception is CellFailure own) throw own;
        if (said.LastOrDefault() is { } error) throw new InvalidOperationException(error);
        if (failed is not null)
            throw new InvalidOperationException(
                failed.Exception is { } inner ? ExceptionReport.OneLine(inner) : failed.Message);
    }

    /// <summary>Loads the extensions in an assembly.</summary>
    public async Task ExtendAsync(Assembly assembly, CancellationToken stop)
    {
        foreach (var type in assembly.ExportedTypes.Where(type => !type.IsAbstract))
        {
            if (!type.IsAssignableTo(typeof(IKernelExtension))) continue;
            var extension = (IKernelExtension)Activator.CreateInstance(type)!;
            await RunAsync("csharp", () => extension.OnLoadAsync(root), stop).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        events.Dispose();
        root.Dispose();
    }

    [GeneratedRegex(@"^#!share\b.*--from[ \t]+(?<name>\S+)")]
    private static partial Regex From();

    private static string? Ask(string prompt, bool password) =>
        CellContext.Current?.Output.ReadLine(prompt, password);

    // What the family's kernels publish, on its way to the cell that runs.
    private sealed class Listener(KernelFamily family) : IObserver<KernelEvent>
    {
        public void OnCompleted()
        {
        }

        public void OnError(Exception error) => HostConsole.Error.WriteLine(error);

        public void OnNext(KernelEvent value)
        {
            if (CellContext.Current?.Output is not { } output) return;
            switch (value)
            {
                case StandardOutputValueProduced text:
                    output.Write(OutputStream.Out, text.FormattedValues.First().Value);
                    break;
                case StandardErrorValueProduced text:
                    output.Write(OutputStream.Error, text.FormattedValues.First().Value);
                    break;
                case ErrorProduced error when family.errors is { } errors:
                    errors.Add(error.Message);
                    break;
                case ErrorProduced { Command: not RequestInput } error:
                    output.Write(OutputStream.Error, error.Message + "\n");
                    break;
                case DisplayedValueUpdated shown:
                    LibraryDisplays.Show(output, shown.FormattedValues, shown.ValueId, update: true);
                    break;
                case DisplayEvent shown and (DisplayedValueProduced or ReturnValueProduced):
                    LibraryDisplays.Show(output, shown.FormattedValues, shown.ValueId, update: false);
                    break;
            }
        }
    }
}
