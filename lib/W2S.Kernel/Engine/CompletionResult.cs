namespace W2S.Kernel.Engine;

/// <summary>What could stand where the reader is typing.</summary>
/// <param name="Start">Where the text begins that a choice replaces, from the start of the cell.</param>
/// <param name="End">Where that text ends.</param>
/// <param name="Entries">The choices, best first.</param>
public sealed record CompletionResult(int Start, int End, IReadOnlyList<CompletionEntry> Entries);

/// <summary>One choice.</summary>
/// <param name="Text">What to put in.</param>
/// <param name="Kind">What it is: <c>method</c>, <c>property</c>, <c>local</c>, <c>class</c>, <c>keyword</c>,
/// <c>magic</c>, …</param>
public sealed record CompletionEntry(string Text, string Kind);
