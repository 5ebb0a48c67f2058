using W2S.Kernel.Doctor;
using W2S.Kernel.Engine;
using W2S.Kernel.Engine.Output;
using W2S.Kernel.Jupyter;
using W2S.Kernel.Notebooks.Running;
using W2S.Kernel.Scripts;

// Each verb is a class of its own; this only finds it.
return args switch
{
    ["run", .. var rest] => RunCommand.Run(rest),
    ["doctor", .. var rest] => DoctorCommand.Run(rest),
    ["convert", .. var rest] => ConvertCommand.Run(rest),
    ["script", .. var rest] => ScriptCommand.Run(rest),
    ["worker", var channel] => CellWorker.Run(channel, () => new SessionRunner(
        new CellSession(Environment.CurrentDirectory) { Patience = StopSignals.Patience })),
    ["jupyter", .. var rest] => JupyterCommand.Run(rest),
    ["kernel", .. var rest] => KernelCommand.Run(rest),
    ["install" or "uninstall" or "list", ..] => KernelCommand.Run(args), // the tool's short form
    _ => Unknown(args),
};

static int Unknown(string[] args)
{
    const string Verbs = "run NOTEBOOK, convert FILE.dib, doctor, script FILE, install, uninstall, list";
    HostConsole.Error.WriteLine(args.Length == 0
        ? $"w2s: a verb is missing: {Verbs}"
        : $"w2s: there is no verb '{args[0]}'; there is: {Verbs}");
    return 2;
}
