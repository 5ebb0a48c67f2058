using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.Events;
using Microsoft.DotNet.Interactive.Formatting;
using Microsoft.DotNet.Interactive.ValueSharing;
using W2S.Kernel.Engine.Output;
using W2S.Kernel.Engine.Variables;

namespace W2S.Kernel.Engine.Interactive;

/// <summary>A language of the engine as a member of Microsoft.DotNet.Interactive's family of kernels.</summary>
internal sealed class LanguageKernel :
    Microsoft.DotNet.Interactive.Kernel,
    IKernelCommandHandler<SubmitCode>,
    IKernelCommandHandler<RequestValue>,
    IKernelCommandHandler<RequestValueInfos>,
    IKernelCommandHandler<SendValue>,
    IKernelCommandHandler<RequestDiagnostics>
{
    private readonly ILanguage language;

    public LanguageKernel(string name, string languageName, ILanguage language)
        : base(name)
    {
        this.language = language;
        KernelInfo.LanguageName = languageName;
        KernelInfo.DisplayName = $"{name} - {languageName} Script";
        RegisterCommandHandler<PartCommand>((part, _) => part.RunAsync());
        this.UseValueSharing();
    }

    /// <summary>Runs what a cell sends to a kernel of the family by itself.</summary>
    async Task IKernelCommandHandler<SubmitCode>.HandleAsync(SubmitCode command, KernelInvocationContext context)
    {
        context.Publish(new CodeSubmissionReceived(command));
        await language.RunAsync(command.Code, value =>
            context.Publish(new ReturnValueProduced(value, command, Renderer.Formatted(value))));
    }

    Task IKernelCommandHandler<RequestValue>.HandleAsync(RequestValue command, KernelInvocationContext context)
    {
        if (language.Variables.LastOrDefault(variable => variable.Name == command.Name) is { } variable)
            context.Publish(
                new ValueProduced(variable.Value, variable.Name, Formatted(variable.Value, command.MimeType), command));
        else
            context.Fail(command, message: $"there is no {KernelInfo.LanguageName} variable '{command.Name}'");
        return Task.CompletedTask;
    }

    Task IKernelCommandHandler<RequestValueInfos>.HandleAsync(
        RequestValueInfos command, KernelInvocationContext context)
    {
        context.Publish(new ValueInfosProduced(
            [
                .. language.Variables.Select(variable =>
                    new KernelValueInfo(variable.Name, Formatted(variable.Value, command.MimeType), variable.Type)),
            ],
            command));
        return Task.CompletedTask;
    }

    Task IKernelCommandHandler<SendValue>.HandleAsync(SendValue command, KernelInvocationContext context) =>
        SetValueAsync(command, context, async (name, value, type) =>
        {
            // the library leaves the quotes on text that stands in the magic itself
            if (value is string { Length: > 1 } quoted && quoted.StartsWith('"') && quoted.EndsWith('"')
                && context.Command is SubmitCode { Code: var line }
                && line.Contains($"--value {quoted}", StringComparison.Ordinal)) value = quoted[1..^1];
            try
            {
                await language.SetAsync(new Variable(name, type ?? value?.GetType() ?? typeof(object), value));
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                context.Fail(command, message: failure.Message); // thrown, it would be lost
            }
        });

    async Task IKernelCommandHandler<RequestDiagnostics>.HandleAsync(
        RequestDiagnostics command, KernelInvocationContext context)
    {
        var found = await language.DiagnoseAsync(command.Code, context.CancellationToken) ?? [];
        context.Publish(new DiagnosticsProduced(
            [.. found.Select(Diagnostic.FromCodeAnalysisDiagnostic)],
            [.. found.Select(diagnostic => new FormattedValue(PlainTextFormatter.MimeType, diagnostic.ToString()))],
            command));
    }

    private static FormattedValue Formatted(object? value, string mimeType) =>
        mimeType == PlainTextFormatter.MimeType && value is not null
            ? new FormattedValue(mimeType, PlainText.Of(value))
            : FormattedValue.CreateSingleFromObject(value, mimeType);
}
