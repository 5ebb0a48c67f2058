using W2S.Runs;
using W2S.Torch;

namespace W2S.Sweeps;

/// <summary>The verb <c>sweep</c> of the entry script: <c>PLAN VERB …</c>.</summary>
public static class SweepCommand
{
    internal const int AllFinished = 0, SomeFailed = 1, BadInput = 2, RunsLeft = 3;

    /// <summary>Does what the words ask for and says it on the console.</summary>
    /// <param name="words">The plan's file, the verb and its options; see <c>notebooks/sweep/README.md</c>.</param>
    /// <param name="runs">The plan's runs; null where it was not read, which is enough for the verbs that look at the
    /// store alone.</param>
    /// <param name="token">Ends it; what is under way leaves a checkpoint.</param>
    /// <returns>The exit code: 0 when all runs are finished, 1 when some failed, 2 for bad input, 3 when runs are
    /// left.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> words, IReadOnlyList<Experiment>? runs, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(words);
        try
        {
            return await new Verbs(new Words(words), runs, token).RunAsync();
        }
        catch (Exception error) when (error is BadInputException or RunException)
        {
            Console.Error.WriteLine($"w2s: {error.Message}");
            return BadInput;
        }
    }

    private sealed class Verbs(Words words, IReadOnlyList<Experiment>? runs, CancellationToken token)
    {
        private readonly string name = Path.GetFileNameWithoutExtension(words.Plan);
        private readonly RunStore store = RunStore.Default;
        private readonly bool terminal = !Console.IsOutputRedirected;

        private string Logs => Path.Combine(store.Folder, "sweeps", $"{name}.logs");

        public async Task<int> RunAsync() => words.Verb switch
        {
            "list" => List(Keep()),
            "work" => await WorkAsync(),
            "submit" => Submit(Keep()),
            "status" => Status(),
            "retry" => Retry(),
            "collect" => Collect(),
            _ => throw new BadInputException($"sweep has no verb '{words.Verb}'; see ./w2s help"),
        };

        private Sweep Keep() => Sweep.Keep(name, runs
            ?? throw new BadInputException($"{words.Verb} needs the plan's runs; ask ./w2s sweep for it"), store);

        private Sweep Look() => Sweep.Read(name, store);

        private int List(Sweep sweep)
        {
            words.Left();
            foreach (var run in sweep.Runs)
            {
                var time = run.State == RunState.Finished ? SweepText.Of(run.Seconds) : SweepText.Expected(run);
                Console.WriteLine($"{SweepText.Of(run.State),-10}{run.Hash}  {time,8}  {run}"
                    + (run.Needs.Count > 0 ? $"  needs {string.Join(", ", run.Needs)}" : ""));
            }
            Console.WriteLine(SweepText.Summary(sweep));
            return AllFinished;
        }

        private int Status()
        {
            var watch = words.Flag("--watch");
            var hashes = words.Left(most: 1);
            var sweep = Look();
            if (hashes is [var hash])
            {
                var run = Named(sweep, [hash])[0];
                Console.WriteLine($"{run} ({run.Kind} {run.Hash}): {SweepText.Of(run.State)}, "
                    + SweepText.Of(run.Seconds) + (run.Holder is null ? "" : $", {run.Holder}"));
                if (run.Failure is { } why)
                    Console.WriteLine($"failed {why.Count}×, last on {why.Machine} at {why.When:u}"
                        + (why.Log is null ? "" : $"; log: {why.Log}") + $"\n{why.Details}");
                return AllFinished;
            }
            if (!watch)
            {
                Console.WriteLine(string.Join('\n', SweepText.Lines(sweep)));
                return Code(sweep);
            }
            Watch(() => sweep.Runs.Any(run => run.State is RunState.UnderWay or RunState.Ready or RunState.Waiting));
            return Code(Look());
        }

        private int Retry()
        {
            var hashes = words.Left(most: int.MaxValue);
            var sweep = Look();
            var count = sweep.Retry(hashes.Count > 0 ? Named(sweep, hashes) : sweep.Runs);
            Console.WriteLine($"{count} failed run{(count == 1 ? "" : "s")} asked for again; work makes them");
            return AllFinished;
        }

        private int Collect()
        {
            var unfinished = words.Option("--unfinished");
            if (words.Left(most: 1) is not [var file])
                throw new BadInputException("collect needs a file: collect results/NAME.json");
            TorchRuntime.Start(); // predictions are tensors
            var sweep = Look();
            Console.WriteLine($"{sweep.Collect(file, unfinished)} of {sweep.Runs.Count} runs are in {file}"
                + (unfinished is null ? "" : $"; the others go on with W2S_RUNS={unfinished}"));
            return AllFinished;
        }

        private async Task<int> WorkAsync()
        {
            var attended = words.Flag("--attended");
            var count = words.Number("--workers") ?? Workers.Count;
            words.Left();
            Keep();
            var workers = new Workers(words.Plan, runs!, store, Logs, token);
            if (count == 1) workers.Here(attended);
            else await workers.SideBySideAsync(count, terminal ? Watch : null);
            var end = Look();
            Workers.Say(SweepText.Summary(end));
            return Code(end);
        }

        private int Submit(Sweep sweep)
        {
            var dry = words.Flag("--dry-run");
            var nodes = words.Number("--nodes")
                ?? throw new BadInputException("submit needs --nodes N, how many to use at a time");
            var time = words.Option("--time")
                ?? throw new BadInputException("submit needs --time T, a job's limit, for instance 4:00:00");
            var tasks = words.Number("--tasks") ?? 4 * nodes;
            words.Left();
            var job = new SlurmJob(words.Plan, name, store, Logs);
            var command = job.Command(nodes, time, tasks, words.Passed);
            Console.WriteLine(dry ? $"sbatch {string.Join(' ', command.ArgumentList)}\n{SweepText.Summary(sweep)}"
                : $"job {job.Submit(command)}: up to {tasks} tasks, {nodes} at a time, on the code of now; "
                    + $"./w2s sweep {words.Plan} status");
            return AllFinished;
        }

        private SweepRun[] Named(Sweep sweep, IReadOnlyList<string> hashes) => [.. hashes.Select(hash =>
            sweep.Runs.Where(run => run.Hash.StartsWith(hash, StringComparison.Ordinal)).ToArray() is [var run] ? run
            : throw new BadInputException($"'{hash}' is not the beginning of one hash of {sweep.Name}; see: list"))];

        // One display that is painted anew in a terminal; elsewhere a line whenever it says something else.
        private void Watch(Func<bool> goesOn)
        {
            var (painted, said) = (0, "");
            do
            {
                var lines = SweepText.Lines(Look()).ToArray();
                if (terminal)
                {
                    var width = Math.Max(20, Console.WindowWidth - 1);
                    var cut = lines.Select(line => line.Length <= width ? line : line[..width]);
                    Console.Write((painted > 0 ? $"\x1b[{painted}A\x1b[J" : "") + string.Join('\n', cut) + "\n");
                    painted = lines.Length;
                }
                else if (said != lines[^1])
                {
                    Console.WriteLine(said = lines[^1]);
                }
            }
            while (!token.WaitHandle.WaitOne(TimeSpan.FromSeconds(2)) && goesOn());
        }

        private static int Code(Sweep sweep) =>
            sweep.Runs.All(run => run.State == RunState.Finished) ? AllFinished
            : sweep.Runs.Any(run => run.State == RunState.Failed) ? SomeFailed : RunsLeft;
    }
}
