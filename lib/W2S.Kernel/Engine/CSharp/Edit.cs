using Microsoft.CodeAnalysis.Text;

namespace W2S.Kernel.Engine.CSharp;

/// <summary>One change that the engine makes to a cell's code before it compiles it; never one of lines.</summary>
/// <param name="Span">What it replaces; empty where it only adds.</param>
/// <param name="Text">What stands there instead.</param>
/// <param name="Blame">The place in the cell at which errors inside the new text are told.</param>
internal sealed record Edit(TextSpan Span, string Text, int Blame)
{
    /// <summary>Adds text at a place, which also takes the blame.</summary>
    public static Edit Insert(int position, string text) => new(new TextSpan(position, 0), text, position);
}
