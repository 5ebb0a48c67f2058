using System.Collections.ObjectModel;
using System.Globalization;

namespace W2S.Kernel.Notebooks.Running;

/// <summary>What <c>run</c> was asked to do.</summary>
internal sealed record RunOptions
{
    public const string Usage = """
        run NOTEBOOK [options]      run a notebook's cells from top to bottom

          --out FILE       where the executed notebook goes; default: runs/NAME.ipynb beside the notebook
          --save           also write the notebook itself back, in the form in which notebooks are committed
          --html FILE      also write one self-contained page whose charts draw with no network
          --input NAME=VALUE      answers a cell that asks for NAME (@input:NAME, a prompt); any number of times
          --parameter NAME=VALUE  sets a variable of the cell tagged "parameters", as Papermill does; likewise
          --quick          set W2S_QUICK=1: the notebook's small setting for a first look
          --check          compare the numbers with those saved in the notebook; exit 1 where any differ
          --tolerance X    the relative difference that --check accepts; default 0.001

        NOTEBOOK may be a .dib file; convert NOTEBOOK.dib [--out FILE] makes a notebook of it without running it

        tags of cells: data-images (outputs are never saved), timing (outputs are not checked),
        raises-exception (the run goes on where the cell fails)

        --check compares printed numbers and the numbers of charts; numbers with a unit of time, dates and
        versions are left out, and one in the last printed place is no difference

        exit codes: 0 done, 1 a cell failed, numbers differ or a file could not be written, 2 bad input,
        130 stopped by Ctrl-C, 143 stopped by SIGTERM; stopped, what was done is written all the same
        """;

    public required string Notebook { get; init; }

    public string? Out { get; init; }

    public string? Html { get; init; }

    public bool Save { get; init; }

    public bool Quick { get; init; }

    public bool Check { get; init; }

    /// <summary>Answers, by what is asked.</summary>
    public IReadOnlyDictionary<string, string> Inputs { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Values of the notebook's parameters.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    public double Tolerance { get; init; } = 1e-3;

    /// <exception cref="NotebookException">The arguments are not as the usage says.</exception>
    public static RunOptions Parse(IReadOnlyList<string> arguments)
    {
        string? notebook = null;
        var options = new RunOptions { Notebook = "" };
        for (var index = 0; index < arguments.Count; index++)
        {
            var argument = arguments[index];
            var equals = argument.StartsWith("--", StringComparison.Ordinal) ? argument.IndexOf('=') : -1;
            var name = equals < 0 ? argument : argument[..equals];
            string Value()
            {
                var value = equals >= 0 ? argument[(equals + 1)..] : ++index < arguments.Count ? arguments[index] : "";
                return value.Length > 0 && (equals >= 0 || !value.StartsWith("--", StringComparison.Ordinal))
                    ? value
                    : throw new NotebookException($"{name} needs a value; see: run --help");
            }
            options = name switch
            {
                "--out" => options with { Out = Value() },
                "--html" => options with { Html = Value() },
                "--input" => options with { Inputs = With(options.Inputs, name, Value()) },
                "--parameter" => options with { Parameters = With(options.Parameters, name, Value()) },
                "--tolerance" => options with { Tolerance = Number(Value()) },
                "--save" when equals < 0 => options with { Save = true },
                "--quick" when equals < 0 => options with { Quick = true },
                "--check" when equals < 0 => options with { Check = true },
                _ when name.StartsWith('-') =>
                    throw new NotebookException($"there is no option '{argument}'; see: run --help"),
                _ when notebook is not null =>
                    throw new NotebookException($"run takes one notebook, got '{notebook}' and '{argument}'"),
                _ => options with { Notebook = notebook = argument },
            };
        }
        if (notebook is null)
            throw new NotebookException("run needs a notebook: run notebooks/00-start-here.ipynb");
        return options.Save && options.Check
            ? throw new NotebookException("--check compares with what --save would overwrite; use one of them")
            : options;
    }

    private static IReadOnlyDictionary<string, string> With(
        IReadOnlyDictionary<string, string> known, string option, string pair)
    {
        var equals = pair.IndexOf('=');
        if (equals < 1) throw new NotebookException($"{option} '{pair}' is not NAME=VALUE");
        return new Dictionary<string, string>(known) { [pair[..equals].Trim()] = pair[(equals + 1)..] };
    }

    private static double Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number is >= 0 and < 1
            ? number
            : throw new NotebookException($"--tolerance '{text}' is not a number from 0 to below 1");
}
