using System.Globalization;
using W2S.Torch;

namespace W2S.Benchmarks;

/// <summary>What follows a verb: options with a value, and switches.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> given = [];

    /// <exception cref="UsageException">An option is unknown, twice there, or lacks its value.</exception>
    public Arguments(string verb, IReadOnlyList<string> words, string[] options, string[] switches)
    {
        for (var i = 0; i < words.Count; i++)
        {
            var name = words[i].StartsWith("--", StringComparison.Ordinal) ? words[i][2..] : "";
            var value = "";
            if (options.Contains(name))
                value = ++i < words.Count ? words[i] : throw new UsageException($"{verb}: --{name} needs a value");
            else if (!switches.Contains(name))
            {
                var known = options.Select(o => $"--{o} VALUE").Concat(switches.Select(s => $"--{s}"));
                throw new UsageException($"{verb} does not know '{words[i]}'; it knows {string.Join(", ", known)}");
            }
            if (!given.TryAdd(name, value))
                throw new UsageException($"{verb}: --{name} is there twice");
        }
    }

    public bool Has(string name) => given.ContainsKey(name);

    public string? Text(string name) => given.GetValueOrDefault(name);

    /// <summary>Sets the threads that <c>--threads</c> names, or the library's default, and says how many.</summary>
    public int UseThreads() => Devices.UseThreads(Text("threads") is null ? null : Number("threads", 1));

    /// <summary>What <c>--device</c> names.</summary>
    /// <exception cref="UsageException">It is neither cpu nor a cuda that libtorch sees.</exception>
    public string Device() => (Text("device") ?? Contenders.Cpu) switch
    {
        Contenders.Cpu => Contenders.Cpu,
        Contenders.Cuda when TorchSharp.torch.cuda.is_available() => Contenders.Cuda,
        Contenders.Cuda =>
            throw new UsageException(
                "--device cuda, but this libtorch is built without CUDA or finds no GPU; build with a CUDA libtorch "
                + "on a machine that has one"),
        var other => throw new UsageException($"--device is '{other}'; give cpu or cuda"),
    };

    public string[] Words(string name, string otherwise) =>
        (Text(name) ?? otherwise).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <exception cref="UsageException">The value is no whole number of at least <paramref name="least"/>.</exception>
    public int Number(string name, int otherwise, int least = 1)
    {
        if (Text(name) is not { } text) return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least
            ? number
            : throw new UsageException($"--{name} is '{text}'; give a whole number of at least {least}");
    }
}

/// <summary>A command line that cannot be followed; the message says what to write instead.</summary>
internal sealed class UsageException(string message) : Exception(message);
