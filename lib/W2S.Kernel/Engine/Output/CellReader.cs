using W2S.Kernel.Engine.Cells;

namespace W2S.Kernel.Engine.Output;

/// <summary>Standard input of a cell: each line is asked of the cell's host.</summary>
internal sealed class CellReader(TextReader outside) : TextReader
{
    private string rest = "";

    public override string? ReadLine()
    {
        if (CellContext.Current is not { } cell) return outside.ReadLine();
        if (rest.Length > 0)
        {
            var line = rest.TrimEnd('\n');
            rest = "";
            return line;
        }
        return cell.Output.ReadLine("", password: false);
    }

    public override int Read()
    {
        if (rest.Length == 0 && CellContext.Current is null) return outside.Read();
        var next = Peek();
        if (next >= 0 && rest.Length > 0) rest = rest[1..];
        return next;
    }

    public override int Peek()
    {
        if (rest.Length == 0)
        {
            if (CellContext.Current is not { } cell) return outside.Peek();
            if (cell.Output.ReadLine("", password: false) is not { } line) return -1;
            rest = line + "\n";
        }
        return rest[0];
    }
}
