using System.Diagnostics;
using System.Reflection;
using System.Runtime.ExceptionServices;
using W2S.Kernel.Engine.CSharp;

namespace W2S.Kernel.Engine.Cells;

/// <summary>Turns an exception that ended a cell into an error that points at the cell's line.</summary>
internal static class ExceptionReport
{
    private static readonly string[] Hidden =
    [
        "W2S.Kernel.Engine.", "System.Runtime.CompilerServices.", "System.Runtime.ExceptionServices.",
        "System.Threading.Tasks.Task", "System.Threading.ExecutionContext", "System.Threading.ThreadPoolWorkQueue",
        "System.Threading.PortableThreadPool", "System.Threading.Tasks.AwaitTaskContinuation",
    ];

    /// <summary>Describes an exception.</summary>
    /// <param name="exception">What ended the cell.</param>
    /// <param name="cell">The cell that ran.</param>
    public static CellError Describe(Exception exception, CellSource cell)
    {
        if (exception is CellFailure failure) return failure.Error;
        exception = Unwrap(exception);
        var frames = FramesOf(exception);
        var place = frames.Find(frame => frame.Source is not null);
        var message = OneLine(MessageOf(exception));
        var lines = new List<string> { $"{exception.GetType().FullName}: {MessageOf(exception)}" };
        if (place is { Source: { } source }) lines.AddRange(CellFailure.Excerpt(source, place.Line, place.Column));
        lines.AddRange(frames.Select(frame => "   at " + frame.Text));
        for (var inner = exception.InnerException; inner is not null; inner = inner.InnerException)
        {
            lines.Add($" ---> {inner.GetType().FullName}: {MessageOf(inner)}");
            lines.AddRange(FramesOf(inner).Select(frame => "   at " + frame.Text));
        }
        var own = frames.Find(frame => frame.Source == cell);
        return new CellError(exception.GetType().Name, message,
            lines.SelectMany(line => line.Split('\n')).Select(line => line.TrimEnd('\r')).ToList())
        {
            Line = own?.Line,
            Column = own?.Column,
            SourceLine = own is null ? null : cell.Line(own.Line),
        };
    }

    /// <summary>An exception's type and message on one line.</summary>
    public static string OneLine(Exception exception)
    {
        var own = Unwrap(exception);
        return $"{own.GetType().Name}: {OneLine(MessageOf(own))}";
    }

    // An exception's class may override its message with code that fails too.
    private static string MessageOf(Exception exception)
    {
        try
        {
            return exception.Message ?? "";
        }
        catch (Exception failure)
        {
            return $"(its message cannot be read: {failure.GetType().Name})";
        }
    }

    private static Exception Unwrap(Exception exception) => exception switch
    {
        AggregateException { InnerExceptions: [var only] } => Unwrap(only),
        TargetInvocationException { InnerException: { } inner } => Unwrap(inner),
        TypeInitializationException { InnerException: { } inner } => Unwrap(inner),
        _ => exception,
    };

    private static string OneLine(string message) =>
        string.Join(' ',
            message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static List<Frame> FramesOf(Exception exception)
    {
        var frames = new List<Frame>();
        foreach (var frame in new StackTrace(exception, fNeedFileInfo: true).GetFrames())
        {
            var method = frame.GetMethod();
            var name = NameOf(method);
            if (SubmissionCompiler.SourceOf(frame.GetFileName()) is { } code)
            {
                var line = frame.GetFileLineNumber();
                var isAbove = frames is [.., var above] && above.Source == code.Source && above.Line == line;
                if (name is null && isAbove) continue;
                var column = code.Code.OriginalColumn(line - 1, frame.GetFileColumnNumber() - 1) + 1;
                var where = code.Source.Label is null ? $"line {line}" : $"{code.Source.Label}, line {line}";
                frames.Add(new(name is null ? where : $"{name}, {where}", code.Source, line, column));
            }
            else if (name is not null && !Hidden.Any(name.StartsWith))
            {
                var file = frame.GetFileName() is { } path
                    ? $", {Path.GetFileName(path)}, line {frame.GetFileLineNumber()}" : "";
                frames.Add(new(name + file, null, 0, 0));
            }
        }
        return frames;
    }

    // "Namespace.Type.Method(int)" as written, not as compiled; null for the body of a cell.
    private static string? NameOf(MethodBase? method)
    {
        if (method?.DeclaringType is not { } type) return method?.Name;
        var name = method.Name;
        if (type.Name.StartsWith('<') && type.DeclaringType is { } outer)
        {
            // the state machine of an async method or an iterator, or the captured variables of a lambda
            if (Inner(type.Name) is { Length: > 0 } machine) name = machine;
            type = outer;
        }
        if (name.StartsWith('<'))
            name = name.Contains("g__", StringComparison.Ordinal) ? LocalFunction(name) : Inner(name) + " lambda";
        if (type.Name.StartsWith("Submission", StringComparison.Ordinal) && type.Namespace is null)
        {
            return name.Contains("<Initialize>", StringComparison.Ordinal)
                || name is "<Factory>" or "Initialize" or "MoveNext" or "Initialize lambda"
                ? null
                : Parameters(name, method);
        }
        return $"{(type.FullName ?? type.Name).Replace('+', '.')}.{Parameters(name, method)}";
    }

    private static string Inner(string name) =>
        name.Length > 0 && name.LastIndexOf('>') is var end and > 0 ? name[1..end].Trim('<', '>') : "";

    private static string LocalFunction(string name) =>
        name[(name.IndexOf("g__", StringComparison.Ordinal) + 3)..].Split('|')[0];

    private static string Parameters(string name, MethodBase method) =>
        method.Name == "MoveNext" ? name + "()"
            : $"{name}({string.Join(", ", method.GetParameters().Select(parameter => parameter.ParameterType.Name))})";

    private sealed record Frame(string Text, CellSource? Source, int Line, int Column);
}
