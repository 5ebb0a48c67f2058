using System.Text.RegularExpressions;
using FSharp.Compiler.Diagnostics;
using FSharp.Compiler.Interactive;
using Microsoft.DotNet.Interactive.Formatting;
using Microsoft.FSharp.Core;
using W2S.Kernel.Engine.Assemblies;
using W2S.Kernel.Engine.Cells;
using W2S.Kernel.Engine.Output;
using W2S.Kernel.Engine.Script;
using W2S.Kernel.Engine.Variables;

namespace W2S.Kernel.Engine.FSharp;

/// <summary>The F# side of a session. The compiler is loaded when the first F# cell runs.</summary>
internal sealed partial class FSharpRunner(ReferenceSet references)
{
    private readonly HashSet<string> referenced = new(StringComparer.Ordinal);
    private Shell.FsiEvaluationSession? session;
    private Shell.FsiEvaluationSession? entered;
    private Shell.FsiEvaluationSession? hasHtml; // it takes a while: for cells that speak of it

    /// <summary>The variables that F# cells have declared.</summary>
    public IEnumerable<Variable> Variables =>
        session?.GetBoundValues().Where(bound => bound.Name != "it").Select(
            bound => new Variable(bound.Name, bound.Value.ReflectionType, bound.Value.ReflectionValue)) ?? [];

    /// <summary>Runs a piece of F#.</summary>
    /// <param name="code">The piece, on the lines that it has in its source.</param>
    /// <param name="source">Where it stands.</param>
    /// <param name="stop">Stops it between two declarations.</param>
    /// <returns>Whether its last expression has a value to show, and the value.</returns>
    /// <exception cref="CellFailure">It does not compile.</exception>
    public (bool HasValue, object? Value) Run(string code, CellSource source, CancellationToken stop)
    {
        var (outcome, diagnostics) = Evaluate(Checked(code), stop);
        var errors = diagnostics.Where(diagnostic => diagnostic.Severity.IsError).ToList();
        if (errors.Count > 0) throw Failure(errors, source);
        if (outcome is FSharpChoice<FSharpOption<Shell.FsiValue>, Exception>.Choice2Of2 failed)
        {
            throw failed.Item.InnerException is { } inner
                && failed.Item.GetType().Name.Contains("Fsi", StringComparison.Ordinal) ? inner : failed.Item;
        }
        var value = ((FSharpChoice<FSharpOption<Shell.FsiValue>?, Exception>.Choice1Of2)outcome).Item;
        return value is null || value.Value.ReflectionType == typeof(Unit) ? (false, null)
            : (true, value.Value.ReflectionValue);
    }

    /// <summary>Sets an F# variable.</summary>
    /// <exception cref="InvalidOperationException">F# cannot name the value's type.</exception>
    public void Set(string name, object? value)
    {
        session ??= Open();
        AddReferences();
        if (value is null) throw new InvalidOperationException($"'{name}' is null; F# needs a value to know its type");
        try
        {
            session.AddBoundValue(name, value);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw new InvalidOperationException(
                $"F# cannot hold '{name}' of type {TypeNames.Short(value.GetType())}: "
                + $"{failure.Message.ReplaceLineEndings(" ")}", failure);
        }
    }

    private (FSharpChoice<FSharpOption<Shell.FsiValue>?, Exception>, FSharpDiagnostic[]) Evaluate(string code,
        CancellationToken stop)
    {
        if (session is not null && entered == session)
        {
            // the compiler takes one piece at a time, and one that was stopped but left behind is still inside
            Console.Error.WriteLine(
                "F# begins anew, without its variables: a cell that was stopped still runs in the old session.");
            session = null;
            referenced.Clear();
        }
        var own = session ??= Open();
        AddReferences();
        if (own != hasHtml && Html().IsMatch(code))
        {
            own.EvalInteraction(FSharpHtml.Module, FSharpOption<CancellationToken>.None);
            hasHtml = own;
        }
        entered = own;
        try
        {
            var (outcome, diagnostics) =
                own.EvalInteractionNonThrowing(code, FSharpOption<CancellationToken>.Some(stop));
            return (outcome, diagnostics);
        }
        finally
        {
            if (entered == own) entered = null;
        }
    }

    // The one endless loop that F# has gets the check that every C# loop gets; within its line, so that lines stay.
    private static string Checked(string code)
    {
        if (!While().IsMatch(code)) return code;
        var keywords = FSharpLexer.Positions(code, "WHILE").ToHashSet();
        return While().Replace(code, match => keywords.Contains(match.Groups["keyword"].Index)
            ? match.Result("${head}${keyword} (global.W2S.Kernel.Engine.Script.Cell.Check(); ${condition}) do")
            : match.Value);
    }

    [GeneratedRegex(
        @"^(?<head>[ \t]*)(?<keyword>while)[ \t]+(?<condition>[^\n]+?)[ \t]+do\b",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex While();

    [GeneratedRegex(@"\bHtml\b")]
    private static partial Regex Html();

    // What is the kernel's own among the references of every cell; the runtime's the compiler has by itself.
    private static IEnumerable<string> Own => PlatformAssemblies.DefaultReferences
        .Where(path => Path.GetDirectoryName(path) == AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));

    private static Shell.FsiEvaluationSession Open()
    {
        var configuration = Shell.FsiEvaluationSession.GetDefaultConfiguration();
        var session = Shell.FsiEvaluationSession.Create(
            configuration,
            ["fsi", "--noninteractive", "--nologo", "--quiet", "--gui-", "--targetprofile:netcore", "--usesdkrefs-",
                "--optimize+", "--nowarn:75", .. Own.Select(path => $"-r:{path}")],
            TextReader.Null, TextWriter.Null, TextWriter.Null, FSharpOption<bool>.None, null);
        ConsoleRouting.BeginInput();
        session.EvalInteraction($"""
            open System
            open System.IO
            open System.Text
            open {typeof(Formatter).Namespace}
            open {typeof(Cell).Namespace}
            open type {PlatformAssemblies.Interactive}.Kernel
            open type {typeof(Functions).FullName}
            """,
            FSharpOption<CancellationToken>.None);
        return session;
    }

    private void AddReferences()
    {
        var fresh = references.References.Select(reference => reference.Display!)
            .Except(PlatformAssemblies.DefaultReferences)
            .Where(path => !PlatformAssemblies.IsOfFramework(path) && referenced.Add(path))
            .Select(path => $"#r @\"{path}\"").ToList();
        if (fresh.Count > 0) session!.EvalInteraction(string.Join('\n', fresh), FSharpOption<CancellationToken>.None);
    }

    private static CellFailure Failure(List<FSharpDiagnostic> errors, CellSource source)
    {
        var lines = new List<string>();
        foreach (var error in errors)
        {
            lines.Add($"error {error.ErrorNumberText}: {error.Message.ReplaceLineEndings(" ")}");
            lines.AddRange(CellFailure.Excerpt(source, error.StartLine, error.StartColumn + 1));
        }
        return new CellFailure(new CellError("CompilationError", lines[0], lines)
        {
            Line = errors[0].StartLine,
            Column = errors[0].StartColumn + 1,
            SourceLine = source.Line(errors[0].StartLine),
        });
    }
}
