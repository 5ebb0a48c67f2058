namespace W2S.Kernel.Engine;

/// <summary>How a cell ended.</summary>
/// <param name="Error">What stopped it, or null where it ran to its end.</param>
/// <param name="Elapsed">Wall time.</param>
public sealed record CellResult(CellError? Error, TimeSpan Elapsed)
{
    /// <summary>True where the cell ran to its end.</summary>
    public bool Succeeded => Error is null;
}

/// <summary>Why a cell stopped.</summary>
/// <param name="Name">The exception's type, or <c>CompilationError</c>, <c>UnknownMagic</c>, <c>Interrupted</c> and the
/// like.</param>
/// <param name="Message">One line.</param>
/// <param name="Traceback">What to show, line by line, without escape sequences: the message, the cell's line with a
/// caret, the frames.</param>
public sealed record CellError(string Name, string Message, IReadOnlyList<string> Traceback)
{
    /// <summary>Line within the cell, from 1; null where unknown.</summary>
    public int? Line { get; init; }

    /// <summary>Column within that line, from 1; null where unknown.</summary>
    public int? Column { get; init; }

    /// <summary>The text of that line.</summary>
    public string? SourceLine { get; init; }

    /// <summary>True where the reader stopped the cell.</summary>
    public bool Interrupted { get; init; }

    /// <summary>True where the process ended with the cell: no other can run after it.</summary>
    public bool EndedProcess { get; init; }
}
