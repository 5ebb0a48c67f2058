using System.Diagnostics;
using W2S.Data;

namespace W2S.Benchmarks;

/// <summary>Starts contenders: this program under one of its inner verbs, or <c>peer.py</c>.</summary>
/// <param name="threads">Of an operation on the CPU.</param>
/// <param name="batch">Images a batch.</param>
/// <param name="steps">Steps a turn.</param>
/// <param name="device">cpu or cuda.</param>
internal sealed class Contenders(int threads, int batch, int steps, string device = Contenders.Cpu)
{
    public const string Cpu = "cpu", Cuda = "cuda";

    private static readonly string Folder =
        Path.GetDirectoryName(
            Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)) + "/")!;

    /// <summary>CIFAR-100's training file; null where it is not there.</summary>
    public static string? Cifar { get; } = DataFolder.Find($"{Cifar100.Folder}/train.bin");

    /// <summary>What the batches are made of, for the table.</summary>
    public static string DataName =>
        Cifar is null ? "random pixels in the shape of CIFAR-100, which is not there" : "CIFAR-100 train";

    private string? python;

    public Contender Ours(string name, params string[] arguments) =>
        new(name, Environment.ProcessPath!, [typeof(Contenders).Assembly.Location, .. arguments, .. Common], threads);

    /// <exception cref="UsageException">No Python here has PyTorch.</exception>
    public Contender Peer(string name, params string[] arguments)
    {
        python ??= new[] { Environment.GetEnvironmentVariable("W2S_PEER_PYTHON"), "python3", "/usr/bin/python3",
            "python" }.FirstOrDefault(HasTorch)
            ?? throw new UsageException(
                "--peer needs a Python with PyTorch, and neither python3, /usr/bin/python3 nor python has one; name "
                + "one in W2S_PEER_PYTHON");
        return new(name, python, [Path.Combine(Folder, "peer.py"), .. arguments, "--data", Cifar ?? "-", .. Common],
            threads);
    }

    private string[] Common =>
        ["--threads", $"{threads}", "--batch", $"{batch}", "--steps", $"{steps}",
            .. device == Cpu ? [] : (string[])["--device", device]];

    private static bool HasTorch(string? python)
    {
        if (string.IsNullOrEmpty(python)) return false;
        try
        {
            using var process =
                Process.Start(
                    new ProcessStartInfo(python, ["-c", "import torch"])
                    {
                        RedirectStandardError = true,
                        RedirectStandardOutput = true
                    })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // no such program
        }
    }
}
