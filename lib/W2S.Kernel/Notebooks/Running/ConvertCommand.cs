using W2S.Kernel.Engine.Output;

namespace W2S.Kernel.Notebooks.Running;

/// <summary>The verb <c>convert</c>: makes a Jupyter notebook of a <c>.dib</c> file.</summary>
internal static class ConvertCommand
{
    public static int Run(IReadOnlyList<string> arguments)
    {
        try
        {
            var (from, to) = arguments switch
            {
                [var file] => (file, Path.ChangeExtension(file, ".ipynb")),
                [var file, "--out", var other] => (file, other),
                _ => throw new NotebookException("convert takes a .dib file: convert FILE.dib [--out FILE.ipynb]"),
            };
            if (!from.EndsWith(DibFile.Extension, StringComparison.OrdinalIgnoreCase))
                throw new NotebookException($"'{from}' is no .dib file; convert makes notebooks of those");
            var notebook = Notebook.Read(from);
            if (File.Exists(to))
                throw new NotebookException($"'{to}' is there already; give another name with --out");
            AtomicFile.Probe("--out", to);
            notebook.Write(to);
            HostConsole.Out.WriteLine($"{to}: {notebook.Cells.Count} cells");
            return RunCommand.Done;
        }
        catch (NotebookException error)
        {
            HostConsole.Error.WriteLine($"w2s: {error.Message}");
            return RunCommand.BadInput;
        }
    }
}
