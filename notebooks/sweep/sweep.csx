// ./w2s sweep PLAN list | work | submit …: runs after library.csx and the plan, which has left its runs in `runs`.
#r "../../lib/W2S.Charts/bin/W2S.Sweeps.dll"

Environment.ExitCode = await W2S.Sweeps.SweepCommand.RunAsync(
    [.. Environment.GetCommandLineArgs().SkipWhile(word => word != "--").Skip(1)], runs, Cell.Token);
