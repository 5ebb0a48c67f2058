using System.Text;
using W2S.Kernel.Engine.Cells;

namespace W2S.Kernel.Engine.Output;

/// <summary>Sends text to the cell whose code wrote it, or to the process's own stream outside any cell.</summary>
internal sealed class CellWriter(OutputStream stream, TextWriter outside) : TextWriter
{
    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Write([value]);

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> text)
    {
        if (!CellOutput.InsideHost && CellContext.Current is { } cell)
        {
            cell.Output.Write(stream, text);
        }
        else
        {
            outside.Write(text);
        }
    }

    public override void WriteLine() => Write(Environment.NewLine.AsSpan());

    public override void WriteLine(string? value) => Write(string.Concat(value, Environment.NewLine).AsSpan());

    public override void WriteLine(ReadOnlySpan<char> value) =>
        Write(string.Concat(value, Environment.NewLine).AsSpan());

    public override void Flush()
    {
        if (CellOutput.InsideHost || CellContext.Current is null) outside.Flush();
    }
}
