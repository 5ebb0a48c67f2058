using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using W2S.Tests.Data;

namespace W2S.Tests.Sweeps;

/// <summary>A Slurm of its own: nodes of one processor each, all on this machine, reached by the loopback alone and
/// without accounting. Tasks of the partition <c>first</c> take nodes from those of <c>main</c>.</summary>
internal sealed class PrivateSlurm : IDisposable
{
    private static readonly string[] Programs =
        ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "sinfo"];

    private readonly TemporaryFolder folder = new();
    private readonly int nodes;

    /// <summary>Starts it; skips the test where it cannot be.</summary>
    /// <param name="nodes">How many nodes.</param>
    public PrivateSlurm(int nodes)
    {
        this.nodes = nodes;
        var missing = Programs.FirstOrDefault(program => Find(program) is null);
        Assert.SkipUnless(missing is null,
            $"there is no {missing} here: slurmctld, slurmd, slurm-client and munge are wanted");
        Assert.SkipUnless(Environment.UserName == "root", "Slurm's programs are started by root");
        foreach (var place in new[] { "state", "log", "munge" }) Directory.CreateDirectory(folder.At(place));
        File.WriteAllText(folder.At("slurm.conf"), Configuration());
        var key = folder.At("munge", "key");
        File.WriteAllBytes(key, System.Security.Cryptography.RandomNumberGenerator.GetBytes(128));
        Run("chmod", "700", folder.Path, folder.At("munge"));
        Run("chmod", "400", key);
        try
        {
            Run("munged", "--force", $"--key-file={key}", $"--socket={folder.At("munge", "socket")}",
                $"--pid-file={folder.At("munge", "pid")}", $"--log-file={folder.At("munge", "log")}",
                $"--seed-file={folder.At("munge", "seed")}");
            Run("slurmctld");
            for (var node = 1; node <= nodes; node++) StartNode(node);
            Wait(() => Run("sinfo", "--noheader", "--partition=main", "--states=idle", "--format=%D") == $"{nodes}",
                "the nodes did not come up");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where its configuration lies: for the variable <c>SLURM_CONF</c>.</summary>
    public string Configured => folder.At("slurm.conf");

    /// <summary>Runs one of its commands.</summary>
    /// <returns>What it printed.</returns>
    public string Run(string program, params string[] words)
    {
        var start = new ProcessStartInfo(Find(program)!, words)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["SLURM_CONF"] = Configured;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program}: {errors.Result}{said}");
        return said;
    }

    /// <summary>Jobs that wait or run.</summary>
    public string[] Jobs(string states = "PENDING,RUNNING,COMPLETING") =>
        Run("squeue", "--noheader", "--array", $"--states={states}", "--format=%i")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Ends all that runs on a node at once, as a power cut does.</summary>
    public void Lose(int node)
    {
        Kill(folder.At($"slurmd-n{node}.pid"), "KILL");
        KillAll(environ => Holds(environ, $"SLURMD_NODENAME=n{node}\0") && Holds(environ, Configured));
    }

    public void StartNode(int node) => Run("slurmd", "-N", $"n{node}");

    /// <summary>Waits for something for up to five minutes.</summary>
    public static void Wait(Func<bool> what, string otherwise)
    {
        var since = Stopwatch.GetTimestamp();
        while (!what())
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromMinutes(5), otherwise);
            Thread.Sleep(200);
        }
    }

    public void Dispose()
    {
        try
        {
            Run("scancel", "--user=root");
        }
        catch (Xunit.Sdk.XunitException)
        {
            // it was never up
        }
        string[] files = [.. Enumerable.Range(1, nodes).Select(node => folder.At($"slurmd-n{node}.pid")),
            folder.At("slurmctld.pid"), folder.At("munge", "pid")];
        foreach (var file in files) Kill(file, "TERM");
        Thread.Sleep(1000);
        KillAll(environ => Holds(environ, Configured)); // a step's daemon outlives its node's
        folder.Dispose();
    }

    // Waits until they are gone: what they write would stand in the way of their folder's end.
    private static void KillAll(Func<string, bool> isOne)
    {
        string[] processes = [.. Directory.GetDirectories("/proc")
            .Where(process => int.TryParse(Path.GetFileName(process), out var id) && id != Environment.ProcessId
                && isOne(Path.Combine(process, "environ")))];
        foreach (var process in processes)
            Process.Start("kill", ["-KILL", Path.GetFileName(process)]).WaitForExit();
        SpinWait.SpinUntil(() => !processes.Any(process => isOne(Path.Combine(process, "environ"))),
            TimeSpan.FromSeconds(10));
    }

    private static void Kill(string file, string signal)
    {
        if (File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } process
            && Directory.Exists($"/proc/{process}"))
            Process.Start("kill", [$"-{signal}", process]).WaitForExit();
    }

    private static bool Holds(string file, string text)
    {
        try
        {
            return File.ReadAllText(file).Contains(text, StringComparison.Ordinal);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false; // it has ended
        }
    }

    private static string? Find(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin".Split(':')
            .Select(place => Path.Combine(place, program)).FirstOrDefault(File.Exists);

    private string Configuration()
    {
        var (host, port) = (Environment.MachineName.Split('.')[0], FreePorts(nodes + 1));
        return $"""
            ClusterName=private
            SlurmctldHost={host}(127.0.0.1)
            SlurmctldPort={port}
            CommunicationParameters=NoAddrCache,NoCtldInAddrAny,NoInAddrAny
            SlurmUser=root
            SlurmdUser=root
            AuthType=auth/munge
            AuthInfo=socket={folder.At("munge", "socket")}
            CredType=cred/munge
            StateSaveLocation={folder.At("state")}
            SlurmdSpoolDir={folder.At("spool-%n")}
            SlurmctldPidFile={folder.At("slurmctld.pid")}
            SlurmdPidFile={folder.At("slurmd-%n.pid")}
            SlurmctldLogFile={folder.At("log", "slurmctld")}
            SlurmdLogFile={folder.At("log", "slurmd-%n")}
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            SwitchType=switch/none
            MpiDefault=none
            JobAcctGatherType=jobacct_gather/none
            AccountingStorageType=accounting_storage/none
            SchedulerType=sched/backfill
            SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
            SelectType=select/cons_tres
            SelectTypeParameters=CR_Core
            ReturnToService=2
            KillWait=10
            SlurmdTimeout=20
            MinJobAge=3600
            InactiveLimit=0
            PreemptType=preempt/partition_prio
            PreemptMode=REQUEUE
            NodeName=DEFAULT CPUs=1 RealMemory=2000
            NodeName=n[1-{nodes}] NodeHostname={host} NodeAddr=127.0.0.1 Port=[{port + 1}-{port + nodes}]
            PartitionName=main Nodes=ALL Default=YES DefaultTime=60 PriorityTier=1
            PartitionName=first Nodes=ALL DefaultTime=60 PriorityTier=10 PreemptMode=OFF

            """;
    }

    // So many in a row.
    private static int FreePorts(int count)
    {
        for (var first = 21000 + Environment.ProcessId % 20000; ; first += count)
        {
            try
            {
                foreach (var port in Enumerable.Range(first, count))
                {
                    using var listener = new TcpListener(IPAddress.Loopback, port);
                    listener.Start();
                }
                return first;
            }
            catch (SocketException)
            {
                // one of them is taken
            }
        }
    }
}
