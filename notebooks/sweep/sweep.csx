// ./w2s sweep PLAN VERB …: runs after library.csx and the plan, which has left its runs in `runs`. The verbs are told
// apart at the end of the file.
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading;

const int AllFinished = 0, SomeFailed = 1, BadInput = 2, RunsLeft = 3;

var command = Environment.GetCommandLineArgs();
var words = command.SkipWhile(word => word != "--").Skip(1).ToList();
var passed = words.Contains("--") ? words.Skip(words.IndexOf("--") + 1).ToArray() : [];
if (words.Contains("--")) words = words.Take(words.IndexOf("--")).ToList();
var plan = words.ElementAtOrDefault(0) ?? "";
var verb = words.ElementAtOrDefault(1) ?? "";
var rest = words.Skip(2).ToList();
var name = Path.GetFileNameWithoutExtension(plan);
var store = RunStore.Default;
var terminal = !Console.IsOutputRedirected;

class BadInputException(string message) : Exception(message);

bool Flag(string option) => rest.Remove(option);

string? Option(string option)
{
    var at = rest.IndexOf(option);
    if (at < 0) return null;
    if (at + 1 == rest.Count) throw new BadInputException($"{option} needs a value");
    var value = rest[at + 1];
    rest.RemoveRange(at, 2);
    return value;
}

int? Number(string option) => Option(option) is not { } text ? null
    : int.TryParse(text, out var number) && number > 0 ? number
    : throw new BadInputException($"{option} '{text}' is not a number; give 1 or more");

void NoMore(int most = 0)
{
    if (rest.FirstOrDefault(word => word.StartsWith('-')) is { } option)
        throw new BadInputException($"{verb} has no option '{option}'");
    if (rest.Count > most) throw new BadInputException($"{verb} does not take '{rest[most]}'");
}

// --- what is said of runs

string Text(double seconds) => seconds switch
{
    < 100 => $"{seconds:F0} s",
    < 6000 => $"{seconds / 60:F0} min",
    _ => $"{seconds / 3600:F1} h",
};

string Word(RunState state) => state switch
{
    RunState.UnderWay => "under way",
    _ => state.ToString().ToLowerInvariant(),
};

int Code(Sweep sweep) => sweep.Runs.All(run => run.State == RunState.Finished) ? AllFinished
    : sweep.Runs.Any(run => run.State == RunState.Failed) ? SomeFailed : RunsLeft;

string Summary(Sweep sweep)
{
    var states = Enum.GetValues<RunState>().OrderByDescending(state => state == RunState.Finished)
        .Select(state => (State: state, Count: sweep.Runs.Count(run => run.State == state)))
        .Where(group => group.Count > 0).Select(group => $"{group.Count} {Word(group.State)}");
    var open = sweep.Runs.Where(run => run.State != RunState.Finished).ToArray();
    var left = open.Sum(run => Math.Max(0, (run.Expected ?? 0) - run.Seconds));
    return $"{sweep.Name}: {sweep.Runs.Count} runs, {string.Join(", ", states)}"
        + (open.Length > 0 && left > 0 ? $"; about {Text(left)} of work left" : "");
}

// --- list, status, retry, collect

string Expected(SweepRun run) => run.Expected is { } seconds ? $"~{Text(seconds)}" : "?";

int List(Sweep sweep)
{
    NoMore();
    foreach (var run in sweep.Runs)
        Console.WriteLine($"{Word(run.State),-10}{run.Hash}  "
            + $"{(run.State == RunState.Finished ? Text(run.Seconds) : Expected(run)),8}"
            + $"  {run}" + (run.Needs.Count > 0 ? $"  needs {string.Join(", ", run.Needs)}" : ""));
    Console.WriteLine(Summary(sweep));
    return AllFinished;
}

IEnumerable<string> Lines(Sweep sweep)
{
    foreach (var run in sweep.Runs.Where(run => run.State == RunState.UnderWay))
        yield return $"  {run.Hash}  {run}: {Text(run.Seconds)} of {Expected(run)}, {run.Holder}";
    foreach (var run in sweep.Runs.Where(run => run.State == RunState.Failed))
        yield return $"  {run.Hash}  {run} failed ({run.Failure!.Count}×): {run.Failure.Message}";
    yield return Summary(sweep);
}

SweepRun[] Named(Sweep sweep, IReadOnlyList<string> hashes) => [.. hashes.Select(hash =>
    sweep.Runs.Where(run => run.Hash.StartsWith(hash, StringComparison.Ordinal)).ToArray() is [var run] ? run
    : throw new BadInputException($"'{hash}' is not the beginning of one hash of {sweep.Name}; see: list"))];

int Status()
{
    var watch = Flag("--watch");
    NoMore(1);
    var sweep = Sweep.Read(name, store);
    if (rest is [var hash])
    {
        var run = Named(sweep, [hash])[0];
        Console.WriteLine($"{run} ({run.Kind} {run.Hash}): {Word(run.State)}, {Text(run.Seconds)}"
            + (run.Holder is null ? "" : $", {run.Holder}"));
        if (run.Failure is { } why)
            Console.WriteLine($"failed {why.Count}×, last on {why.Machine} at {why.When:u}"
                + (why.Log is null ? "" : $"; log: {why.Log}") + $"\n{why.Details}");
        return AllFinished;
    }
    if (!watch) Console.WriteLine(string.Join('\n', Lines(sweep)));
    else Watch(() => sweep.Runs.Any(run => run.State is RunState.UnderWay or RunState.Ready or RunState.Waiting));
    return Code(Sweep.Read(name, store));
}

// One display that is painted anew in a terminal; elsewhere a line whenever it says something else.
void Watch(Func<bool> goesOn)
{
    var (painted, said) = (0, "");
    do
    {
        var lines = Lines(Sweep.Read(name, store)).ToArray();
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
    while (!Cell.Token.WaitHandle.WaitOne(TimeSpan.FromSeconds(2)) && goesOn());
}

int Retry()
{
    var sweep = Sweep.Read(name, store);
    var count = sweep.Retry(rest.Count > 0 ? Named(sweep, rest) : sweep.Runs);
    Console.WriteLine($"{count} failed run{(count == 1 ? "" : "s")} asked for again; work makes them");
    return AllFinished;
}

int Collect()
{
    var unfinished = Option("--unfinished");
    NoMore(1);
    if (rest is not [var file]) throw new BadInputException("collect needs a file: collect results/NAME.json");
    var sweep = Sweep.Read(name, store);
    Console.WriteLine($"{sweep.Collect(file, unfinished)} of {sweep.Runs.Count} runs are in {file}"
        + (unfinished is null ? "" : $"; the others go on with W2S_RUNS={unfinished}"));
    return AllFinished;
}

// --- work

void Say(string text) => Console.WriteLine($"{DateTime.Now:HH:mm:ss} {Environment.ProcessId,7}  {text}");

sealed class WorkLines(Action<string> say) : IProgress<GridProgress>
{
    public void Report(GridProgress value)
    {
        if (value.Failure is { } failure) say($"{value.Current} failed: {failure.Message}");
        else if (value.Latest is { } run)
            say($"{run.Name}, {run.Setting}, seed {run.Seed} ({run.Hash}) finished, {value.Done} of {value.Total}");
        else if (value.Current is { } current && value.Training is null) say($"{current} begins");
    }
}

// One worker: this process, with one thread unless OMP_NUM_THREADS says otherwise, so that a run's bits do not depend
// on how many work beside it.
int WorkHere(Sweep sweep, CancellationToken token)
{
    if (Environment.GetEnvironmentVariable("OMP_NUM_THREADS") is null) Devices.UseThreads(1);
    try
    {
        Grid.Work([.. runs], store, new WorkLines(Say), token);
    }
    catch (OperationCanceledException)
    {
        Say("stopped; what was under way goes on from its checkpoint");
    }
    var end = Sweep.Read(sweep.Name, store);
    Say(Summary(end));
    return Code(end);
}

// A worker of another process: stops when that closes its standard input or ends.
CancellationToken Attended()
{
    var gone = CancellationTokenSource.CreateLinkedTokenSource(Cell.Token);
    new Thread(() =>
    {
        Console.OpenStandardInput().ReadByte();
        gone.Cancel();
    }) { IsBackground = true }.Start();
    return gone.Token;
}

async Task<int> Work(Sweep sweep)
{
    var attended = Flag("--attended");
    var cards = (Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES")
        ?? string.Join(',', Enumerable.Range(0, torch.cuda.is_available() ? torch.cuda.device_count() : 0)))
        .Split(',', StringSplitOptions.RemoveEmptyEntries);
    var workers = Number("--workers") ?? (cards.Length > 0 ? cards.Length : Devices.UseThreads());
    NoMore();
    if (workers == 1) return WorkHere(sweep, attended ? Attended() : Cell.Token);

    var token = Cell.Token;
    var logs = Directory.CreateDirectory(Path.Combine(store.Folder, "sweeps", $"{name}.logs")).FullName;
    var own = command.SkipWhile(word => word != "script").TakeWhile(word => word != "--").Skip(1);
    var started = new List<Process>();
    using var stop = token.Register(() =>
    {
        lock (started) started.ForEach(process => process.StandardInput.Close());
    });

    async Task Keep(int number)
    {
        while (true)
        {
            var log = Path.Combine(logs, $"{Environment.MachineName}-{Environment.ProcessId}-{number}.log");
            var start = new ProcessStartInfo(Environment.ProcessPath!,
                [command[0], "script", .. own, "--", plan, "work", "--workers", "1", "--attended"])
            {
                RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            };
            if (cards.Length > 0) start.Environment["CUDA_VISIBLE_DEVICES"] = cards[number % cards.Length];
            if (terminal) start.Environment["W2S_LOG"] = log;
            Process process;
            lock (started)
            {
                if (token.IsCancellationRequested) return;
                started.Add(process = Process.Start(start)!);
            }
            void Take(object sender, DataReceivedEventArgs line)
            {
                if (line.Data is null) return;
                if (!terminal) Console.WriteLine(line.Data);
                else lock (started) File.AppendAllText(log, line.Data + "\n");
            }
            process.OutputDataReceived += Take;
            process.ErrorDataReceived += Take;
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            await process.WaitForExitAsync();
            if (process.ExitCode is AllFinished or SomeFailed or BadInput or RunsLeft || token.IsCancellationRequested)
                return;
            Say($"worker {number} ended with code {process.ExitCode}; another takes its place");
        }
    }

    var all = Task.WhenAll(Enumerable.Range(0, workers).Select(number => Task.Run(() => Keep(number))));
    if (terminal) Watch(() => !all.IsCompleted);
    await all;
    var end = Sweep.Read(name, store);
    Say(Summary(end));
    return Code(end);
}

// --- submit: an array of workers that are all alike, under Slurm

[DllImport("libc", EntryPoint = "link")]
static extern int HardLink(string from, string to);

// Packages' large files are linked where the file system can: they never change. What the build writes is copied.
void CopyFolder(string from, string to, string pattern = "*")
{
    foreach (var file in Directory.EnumerateFiles(from, pattern, SearchOption.AllDirectories))
    {
        var copy = Path.Combine(to, Path.GetRelativePath(from, file));
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        if (new FileInfo(file).Length < 5_000_000 || HardLink(file, copy) != 0) File.Copy(file, copy);
    }
}

int Submit(Sweep sweep)
{
    var dry = Flag("--dry-run");
    var nodes = Number("--nodes") ?? throw new BadInputException("submit needs --nodes N, how many to use at a time");
    var time = Option("--time")
        ?? throw new BadInputException("submit needs --time T, a job's limit, for instance 4:00:00");
    var tasks = Number("--tasks") ?? 4 * nodes;
    NoMore();
    var code = Path.Combine(store.Folder, "sweeps", $"{name}.{DateTime.UtcNow:yyyyMMdd-HHmmss}");
    var logs = Path.Combine(store.Folder, "sweeps", $"{name}.logs");
    var start = new ProcessStartInfo("sbatch",
    [
        "--parsable", $"--job-name={name}", $"--array=0-{tasks - 1}%{nodes}", "--nodes=1", "--ntasks=1",
        $"--time={time}", "--signal=B:TERM@60", "--open-mode=append", $"--output={logs}/%A_%a.log",
        .. passed, $"{code}/notebooks/sweep/job.sh", code, plan,
    ])
    {
        WorkingDirectory = DataFolder.Repository, RedirectStandardOutput = true, RedirectStandardError = true,
    };
    start.Environment[RunStore.Variable] = store.Folder;
    start.Environment[DataFolder.Variable] = DataFolder.Root;
    if (dry)
    {
        Console.WriteLine($"sbatch {string.Join(' ', start.ArgumentList)}\n{Summary(sweep)}");
        return AllFinished;
    }
    Directory.CreateDirectory(logs);
    var built = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(command[0])!, "..", "..", ".."));
    foreach (var folder in new[] { "lib/W2S.Charts/bin", "lib/W2S.Kernel/bin", "notebooks/sweep" })
        CopyFolder(Path.Combine(built, folder), Path.Combine(code, folder));
    File.Copy(Path.Combine(built, "notebooks/library.csx"), Path.Combine(code, "notebooks/library.csx"));
    CopyFolder(Path.GetDirectoryName(Path.GetFullPath(plan))!, Path.Combine(code, "notebooks/plans"), "*.csx");
    try
    {
        using var sbatch = Process.Start(start)!;
        var (id, errors) = (sbatch.StandardOutput.ReadToEnd().Trim(), sbatch.StandardError.ReadToEnd().Trim());
        sbatch.WaitForExit();
        if (sbatch.ExitCode != 0) throw new BadInputException($"sbatch refused the job: {errors}");
        Console.WriteLine($"job {id}: up to {tasks} tasks, {nodes} at a time, on the code of now; "
            + $"./w2s sweep {plan} status");
        return AllFinished;
    }
    catch (System.ComponentModel.Win32Exception)
    {
        throw new BadInputException("there is no sbatch here; for other schedulers see notebooks/sweep/README.md");
    }
}

T Run<T>(Func<Sweep, T> what) => what(Sweep.Keep(name, [.. runs], store));

try
{
    Environment.ExitCode = verb switch
    {
        "list" => Run(List),
        "work" => await Run(Work),
        "submit" => Run(Submit),
        "status" => Status(),
        "retry" => Retry(),
        "collect" => Collect(),
        _ => throw new BadInputException($"sweep has no verb '{verb}'; see ./w2s help"),
    };
}
catch (Exception error) when (error is BadInputException or RunException)
{
    Console.Error.WriteLine($"w2s: {error.Message}");
    Environment.ExitCode = BadInput;
}
